"""What waits in a partition, by the word of its state topic."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.core.dedup_key import PROGRESS_KEY
from consumer.core.ledger_entry import Entry, UnknownEntryVersionError, encode
from consumer.core.progress import encode_progress
from tests.builders import NOW, a_progress, an_entry
from tests.unit.commands.waiting_examples import (
    a_follower,
    a_holding_letter,
    a_parked_entry,
    a_shard,
    lanes_of,
)


def test_parked_event_is_described_with_its_failure_and_its_time() -> None:
    ((each,),) = lanes_of(a_shard({"one": a_parked_entry(attempts=2)}))

    assert (each.event_id, each.event_type, each.key) == ("one", "order.created", b"k")
    assert (each.partition, each.ledger_key, each.policy) == (3, "e:one", "standard")
    assert (each.attempts, each.code, each.message) == (2, "SERVICE_UNAVAILABLE", "no answer")
    assert (each.state, each.due_at, each.parked_at) == ("waiting", NOW + 60, NOW)
    assert (each.before, each.behind, each.waits_for) == (0, 0, None)


def test_lane_is_told_in_the_order_in_which_it_runs() -> None:
    entries = {"third": a_follower("third", 9), "first": a_parked_entry("first", 2)}
    entries |= {"second": a_follower("second", 5), "other": a_parked_entry("other", 3, key=b"o")}

    lanes = {lane[0].key: lane for lane in lanes_of(a_shard(entries))}

    assert [each.event_id for each in lanes[b"k"]] == ["first", "second", "third"]
    assert [(each.before, each.behind) for each in lanes[b"k"]] == [(0, 2), (1, 1), (2, 0)]
    assert [each.state for each in lanes[b"k"]] == ["waiting", "behind", "behind"]
    assert [each.waits_for for each in lanes[b"k"]] == [None, "e:first", "e:first"]
    assert [each.event_id for each in lanes[b"o"]] == ["other"]


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        (a_parked_entry(due_at=NOW + 1), "waiting"),
        (a_parked_entry(due_at=NOW), "due"),
        (a_follower("one", 0), "due"),
        (a_parked_entry(status="running"), "running"),
    ],
    ids=["before its time", "its time has come", "the one before it has settled", "running"],
)
def test_state_of_a_head_is_told(entry: Entry, state: str) -> None:
    ((each,),) = lanes_of(a_shard({"one": entry}))

    assert each.state == state


def test_key_that_a_letter_holds_waits_for_that_letter() -> None:
    entries = {"bad": a_holding_letter(), "second": a_follower("second", 4)}

    (lane,) = lanes_of(a_shard(entries | {"third": a_follower("third", 5)}))

    assert [(each.event_id, each.state, each.held_by) for each in lane] == [
        ("second", "held", "letter-9"),
        ("third", "held", "letter-9"),
    ]
    assert [each.due_at for each in lane] == [None, None]


def test_letter_that_holds_nobody_yet_is_no_parked_event() -> None:
    assert lanes_of(a_shard({"bad": a_holding_letter()})) == []


def test_events_without_a_key_wait_for_nobody() -> None:
    entries = {name: a_parked_entry(name, seq, key=None) for seq, name in enumerate("ab")}

    assert [len(lane) for lane in lanes_of(a_shard(entries))] == [1, 1]


def test_record_that_is_no_event_to_this_version_is_told_by_its_ledger_key() -> None:
    ((each,),) = lanes_of(a_shard({"one": a_parked_entry(value=b"{}")}))

    assert (each.event_id, each.event_type, each.ledger_key) == (None, None, "e:one")


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from(("parked", "completed", "dead_lettered", "tombstone", "running")),
        )
    )
)
def test_only_what_waits_by_the_newest_record_of_its_key_is_kept(
    story: list[tuple[str, str]],
) -> None:
    shard = a_shard({})
    newest: dict[str, str] = {}
    for name, status in story:
        newest[name] = status
        entry = a_parked_entry(name) if status == "parked" else an_entry("completed")
        if status in ("dead_lettered", "running"):
            entry = replace(entry, status=status, settled_at=None)  # type: ignore[arg-type]
        shard.remember(f"e:{name}".encode(), None if status == "tombstone" else encode(entry))
    waiting = {f"e:{name}" for name, status in newest.items() if status == "parked"}

    assert {key for key, _ in shard.parked()} == waiting
    assert set(shard._entries) == waiting
    assert {each.ledger_key for lane in lanes_of(shard) for each in lane} == waiting


def test_progress_is_no_event() -> None:
    shard = a_shard({})

    shard.remember(PROGRESS_KEY.encode(), encode_progress(a_progress()))

    assert lanes_of(shard) == []


def test_entry_of_a_newer_version_is_refused() -> None:
    with pytest.raises(UnknownEntryVersionError, match="newer Everonce"):
        a_shard({}).remember(b"e:one", b'{"v":99,"status":"parked"}')


def test_whole_entry_is_there_for_whoever_asks() -> None:
    entry = a_parked_entry(attempts=3)

    assert a_shard({"one": entry}).entry("e:one").history == entry.history
