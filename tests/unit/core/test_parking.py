"""What is written of an event that is parked, or runs as a suspect."""

from dataclasses import replace

import pytest

from consumer.core.dedup_key import EVENT_PREFIX
from consumer.core.giving_up import dead_lettered
from consumer.core.in_flight import InFlight
from consumer.core.ledger_entry import Entry, LetterMark, decode_entry
from consumer.core.output import BATCH_OVERHEAD
from consumer.core.parked_event import Crash, Hold, Parked, copied
from consumer.core.parking import announced, may_park, parked, parked_bytes_at_most
from consumer.core.retry import GiveUp
from consumer.core.settlement import completed, journalled
from tests.builders import (
    NOW,
    a_failure,
    a_history,
    a_parked,
    a_record,
    an_entry,
    in_flight,
    rules,
)

HEADERS = [("b", b"1"), ("a", None), ("b", b"\xff")]
CRASH = Crash(3, "grouped", NOW)


def failed_item(**other: object) -> InFlight:
    item = in_flight(offset=8, headers=HEADERS, **other)  # type: ignore[arg-type]
    item.history = a_history(2)
    return item


def test_a_parked_event_is_kept_with_its_record_and_its_attempts() -> None:
    item = failed_item()

    entry = decode_entry(parked(item, seq=3, now=NOW, due_at=NOW + 60))

    assert entry == Entry(
        "parked",
        ("b1:one",),
        8,
        history=a_history(2),
        policy="default",
        parked=Parked(copied(item.record), 3, NOW, NOW + 60),
    )
    assert entry.parked is not None
    assert entry.parked.record.headers == tuple(HEADERS)


def test_a_follower_names_the_letter_that_it_waits_behind_and_has_no_due_time() -> None:
    entry = decode_entry(parked(in_flight(), seq=4, now=NOW, held_by="letter-1", suspicion=CRASH))

    assert entry.parked == Parked(copied(in_flight().record), 4, NOW, None, "letter-1")
    assert (entry.history, entry.crash) == (None, CRASH)


def test_what_is_parked_again_keeps_its_record_and_since_when() -> None:
    prior = an_entry("parked", parked=a_parked(3, parked_at=NOW - 50), crash=CRASH)
    item = failed_item(prior=prior)

    entry = decode_entry(parked(item, seq=3, now=NOW, due_at=NOW + 60))

    assert prior.parked is not None
    assert entry.parked == Parked(prior.parked.record, 3, NOW - 50, NOW + 60)
    assert entry.input_offset == prior.input_offset
    assert entry.crash is None


def test_duplicates_that_were_dropped_are_answered_by_the_parking() -> None:
    item = in_flight(offset=8)
    item.drop(11)
    item.drop(9)

    assert decode_entry(parked(item, seq=0, now=NOW)).input_offset == 11


def test_what_has_no_input_offset_gets_none_by_being_parked_again() -> None:
    prior = an_entry("parked", input_offset=None, parked=a_parked())

    assert decode_entry(parked(in_flight(prior=prior), seq=0, now=NOW)).input_offset is None


def test_a_resend_that_is_parked_keeps_its_letter_and_holds_no_lane() -> None:
    prior = an_entry("dead_lettered", holds=Hold(b"key", 2))
    item = in_flight(offset=8, prior=prior)

    entry = decode_entry(parked(item, seq=2, now=NOW, due_at=NOW))

    assert prior.letter is not None
    assert (entry.letter, entry.holds) == (replace(prior.letter, state="redriven"), None)


def test_an_announced_event_runs_on_from_its_announcement() -> None:
    item = failed_item()

    entry = decode_entry(announced(item, CRASH))

    assert entry == item.prior
    assert (entry.status, entry.crash, entry.input_offset) == ("running", CRASH, 8)
    assert entry.history == a_history(2)


def test_a_parked_event_that_is_announced_keeps_its_record() -> None:
    prior = an_entry("parked", parked=a_parked(3))

    entry = decode_entry(announced(in_flight(prior=prior), CRASH))

    assert (entry.status, entry.parked) == ("running", prior.parked)


@pytest.mark.parametrize(
    ("crash", "kept"),
    [(None, None), (CRASH, CRASH), (Crash(3, "alone", NOW), None)],
    ids=["above suspicion", "in a group", "alone"],
)
def test_only_the_announcement_in_a_group_counts_for_the_next_attempt(
    crash: Crash | None, kept: Crash | None
) -> None:
    item = failed_item(prior=an_entry("running", crash=crash))

    assert decode_entry(journalled(item)).crash == kept


def test_a_running_resend_keeps_its_lane_waiting() -> None:
    prior = an_entry("dead_lettered", holds=Hold(b"key", 2))

    assert decode_entry(journalled(in_flight(offset=8, prior=prior))).holds == Hold(b"key", 2)


def test_a_settled_event_holds_nothing_of_what_it_was_parked_with() -> None:
    prior = an_entry("running", parked=a_parked(), crash=CRASH, holds=Hold(b"key", 2))
    item = in_flight(offset=5, prior=prior)
    failure = a_failure("permanent")
    give_up = GiveUp("permanent", failure, failure)

    done = completed(rules(), item, None, started_at=NOW, finished_at=NOW)
    letter = dead_lettered(rules(), item, give_up, now=NOW)
    held = dead_lettered(rules(), item, give_up, now=NOW, holds=Hold(b"key", 7))

    assert decode_entry(done.entry) == an_entry(settled_at=NOW)
    dead = decode_entry(letter.entry)
    assert dead == an_entry("dead_lettered", letter=dead.letter)
    assert decode_entry(held.entry).holds == Hold(b"key", 7)


def test_an_entry_takes_no_more_than_was_said_before() -> None:
    prior = an_entry(
        "dead_lettered",
        fingerprints=tuple(f"b1:{number:032x}" for number in range(9)),
        letter=LetterMark(tuple(f"{number:036d}" for number in range(20)), 99, "open", NOW),
    )
    item = failed_item(prior=prior, value=b"\x00" * 3000)
    item.policy_name = "p" * 63

    at_most = parked_bytes_at_most(item.key, item.record, prior)

    entry = parked(item, seq=2**60, now=NOW / 3, due_at=NOW / 7, held_by="x" * 36, suspicion=CRASH)
    assert len(item.key) + len(entry) + 64 <= at_most


@pytest.mark.parametrize(("size", "fits"), [(1_000, True), (700_000, True), (800_000, False)])
def test_a_record_too_large_to_be_parked_is_known_before(size: int, *, fits: bool) -> None:
    record = a_record(b"\xff" * size)

    assert may_park(rules(), f"{EVENT_PREFIX}1", record, None) is fits
    if fits:
        entry = parked(in_flight(value=record.value), seq=0, now=NOW)
        assert len(entry) < rules().limits["state"] - BATCH_OVERHEAD
