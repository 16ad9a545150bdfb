"""Who waits where, after a restart."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from consumer.core.ledger_entry import Entry, encode
from consumer.core.parked_event import Hold
from consumer.core.parked_lanes import ParkedLanes
from consumer.core.parked_restore import may_wait, parked_lane, restored_lanes
from tests.builders import NOW, a_parked, an_entry


def waits(seq: int, due_in: float | None = None, *, status: Any = "parked", **other: Any) -> Entry:
    due_at = None if due_in is None else NOW + due_in
    return an_entry(status, parked=a_parked(seq, due_at=due_at, **other))


def restore(*entries: Entry, ordering: Any = "key", next_seq: int = 0) -> ParkedLanes:
    found = [(f"e:{number}", 100, entry) for number, entry in enumerate(entries)]
    return restored_lanes(found, ordering=ordering, next_seq=next_seq, now=NOW)


def members(parked: ParkedLanes) -> dict[Any, Sequence[str | None]]:
    return {
        lane: [state.key, *(key for key, *_ in state.followers or ())]
        for lane, state in parked.lanes.items()
    }


def test_lanes_are_restored_by_their_places_in_whatever_order_entries_come() -> None:
    found = [(f"e:{seq}", 100, waits(seq, key=b"%d" % (seq % 3))) for seq in range(30)]
    Random(7).shuffle(found)  # noqa: S311 - any order will do

    parked = restored_lanes(found, ordering="key", next_seq=30, now=NOW)

    assert members(parked) == {
        b"%d" % lane: [f"e:{seq}" for seq in range(lane, 30, 3)] for lane in range(3)
    }
    assert (parked.load.entries, parked.load.bytes) == (30, 30 * 128)


def test_who_waits_is_counted_by_policy() -> None:
    entries = [replace(waits(n), policy=policy) for n, policy in enumerate(("a", "b", "a", None))]

    assert restore(*entries).load.by_policy == {"a": 2, "b": 1, "": 1}


def test_due_times_to_come_are_kept_and_missed_ones_are_apart_in_their_order() -> None:
    parked = restore(
        waits(0, 5.0, key=b"a"),
        waits(1, -5.0, key=b"b"),
        waits(2, -9.0, key=b"c"),
        waits(3, 0.0, key=b"d"),
    )

    assert parked.due.next_due() == NOW + 5
    assert parked.due.take_due(NOW + 4, 9) == []
    assert parked.due.has_missed
    assert parked.due.take_missed(2) == ["e:2", "e:1"]
    assert parked.due.take_missed(9) == ["e:3"]
    assert not parked.due.has_missed


def test_a_missed_head_that_is_removed_is_passed_over() -> None:
    parked = restore(waits(0, -9.0, key=b"a"), waits(1, -5.0, key=b"b"), waits(2, key=b"b"))

    assert parked.remove(b"a", "e:0", NOW)
    assert parked.remove(b"b", "e:1", NOW)

    assert not parked.due.has_missed
    assert parked.due.take_missed(9) == []
    assert parked.due.take_due(NOW, 9) == ["e:2"]


def test_a_head_without_a_due_time_is_due_at_once_in_the_order_of_places() -> None:
    parked = restore(waits(2, key=b"a"), waits(1, key=b"b"), waits(0, -1.0, key=b"c"))

    assert parked.due.take_missed(9) == ["e:1", "e:0", "e:2"]


def test_what_was_running_is_due_at_once_before_its_followers() -> None:
    parked = restore(waits(1), waits(0, 60.0, status="running"))

    assert members(parked) == {b"key": ["e:1", "e:0"]}
    assert parked.due.take_missed(9) == ["e:1"]
    parked.settle(b"key", NOW)
    assert parked.due.take_due(NOW, 9) == ["e:0"]


@pytest.mark.parametrize("status", ["dead_lettered", "running"])
def test_a_held_lane_stays_held_also_while_a_resend_runs(status: Any) -> None:
    letter = an_entry("dead_lettered").letter
    holder = an_entry(status, letter=letter, holds=Hold(b"key", 0))

    parked = restore(waits(1), holder, waits(2))

    assert parked.held_by(b"key") == "letter-1"
    assert members(parked) == {b"key": [None, "e:0", "e:2"]}
    assert not parked.due.has_missed


def test_events_with_a_lane_of_their_own_wait_for_nobody() -> None:
    parked = restore(waits(0, key=None), waits(1, key=None))
    unordered = restore(waits(0), waits(1), ordering="none")

    assert members(parked) == members(unordered) == {"e:0": ["e:0"], "e:1": ["e:1"]}


def test_another_ordering_than_before_makes_other_lanes() -> None:
    entries = (
        waits(1, key=b"a"),
        waits(0, key=b"b"),
        an_entry("dead_lettered", holds=Hold(b"c", 5)),
    )

    assert members(restore(*entries, ordering="partition")) == {0: [None, "e:1", "e:0"]}
    assert members(restore(*entries, ordering="none")) == {"e:1": ["e:1"], "e:0": ["e:0"]}
    partition = an_entry("dead_lettered", holds=Hold(0, 5))
    assert members(restore(partition, ordering="key")) == {}
    assert members(restore(partition, ordering="partition")) == {0: [None]}


def test_other_entries_are_passed_over() -> None:
    parked = restore(an_entry(), an_entry("running"), an_entry("dead_lettered"))

    assert (parked.lanes, parked.next_seq) == ({}, 0)


@pytest.mark.parametrize(("known", "expected"), [(0, 8), (8, 8), (20, 20)])
def test_no_new_event_gets_a_place_before_a_restored_one(known: int, expected: int) -> None:
    assert restore(waits(7), waits(3), next_seq=known).next_seq == expected
    held = an_entry("dead_lettered", holds=Hold(b"key", 7))
    assert restore(held, next_seq=known).next_seq == expected


def test_only_completed_entries_are_passed_over_unread() -> None:
    assert not may_wait(encode(an_entry()))
    for status in ("running", "parked", "dead_lettered", "discarded"):
        assert may_wait(encode(an_entry(status)))


def test_a_lane_of_its_own_has_the_ledger_key_as_its_name() -> None:
    assert parked_lane(None, "e:1") == "e:1"
    assert parked_lane(b"", "e:1") == b""
    assert parked_lane(0, "e:1") == 0
