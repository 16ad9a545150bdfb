"""Who waits, who may run, and what that costs."""

import gc
import tracemalloc
from collections.abc import Callable

import pytest

from consumer.core.parked_lanes import ParkedLanes
from tests.builders import NOW

MANY = 20_000


def parked_pair() -> ParkedLanes:
    """Return a lane of two, committed, the head due in ten seconds."""
    parked = ParkedLanes()
    parked.park(b"k", "e:head", due_at=NOW + 10, now=NOW, size=100)
    parked.follow(b"k", "e:next", now=NOW + 1, size=100)
    parked.committed(["e:head", "e:next"])
    return parked


def test_places_are_counted_on_from_what_progress_says() -> None:
    parked = ParkedLanes(next_seq=7)

    assert [parked.take_seq(), parked.take_seq()] == [7, 8]
    assert parked.next_seq == 9


def test_a_head_runs_when_it_is_due_and_not_before() -> None:
    parked = parked_pair()

    assert parked.due.next_due() == NOW + 10
    assert parked.due.take_due(NOW + 9.999, 5) == []
    assert parked.due.take_due(NOW + 10, 5) == ["e:head"]
    assert parked.due.next_due() is None


def test_a_follower_runs_once_the_head_is_done() -> None:
    parked = parked_pair()
    parked.due.take_due(NOW + 10, 5)

    parked.settle(b"k", NOW + 12)

    assert parked.due.take_due(NOW + 12, 5) == ["e:next"]
    parked.settle(b"k", NOW + 13)
    assert b"k" not in parked.lanes
    assert (parked.load.entries, parked.load.bytes, parked.load.oldest()) == (0, 0, None)


def test_nobody_runs_before_the_own_parking_is_committed() -> None:
    parked = ParkedLanes()
    parked.park("e:own", "e:own", due_at=NOW, now=NOW, size=100)

    assert parked.due.take_due(NOW + 1, 5) == []
    parked.committed(["e:own"])
    assert parked.due.take_due(NOW + 1, 5) == ["e:own"]


def test_a_follower_that_becomes_head_waits_for_its_parking_too() -> None:
    parked = parked_pair()
    parked.follow(b"k", "e:late", now=NOW, size=100)
    parked.due.take_due(NOW + 10, 1)
    parked.settle(b"k", NOW + 10)
    parked.due.take_due(NOW + 10, 1)
    parked.settle(b"k", NOW + 11)

    assert parked.due.take_due(NOW + 11, 1) == []
    parked.committed(["e:late"])
    assert parked.due.take_due(NOW + 11, 1) == ["e:late"]


def test_who_is_parked_again_stays_before_its_followers() -> None:
    parked = parked_pair()
    parked.due.take_due(NOW + 10, 1)

    parked.park(b"k", "e:head", due_at=NOW + 60, now=NOW + 11, size=200)
    parked.committed(["e:head"])

    assert parked.due.take_due(NOW + 59, 5) == []
    assert parked.due.take_due(NOW + 60, 5) == ["e:head"]
    assert (parked.load.entries, parked.load.bytes, parked.load.oldest()) == (2, 256 + 128, NOW)


def test_a_head_that_waits_cannot_be_parked_over() -> None:
    parked = parked_pair()

    for key in ("e:head", "e:other"):
        with pytest.raises(ValueError, match=r"'e:head' is, due at .* as a follower"):
            parked.park(b"k", key, due_at=NOW, now=NOW, size=1)


def test_nobody_follows_in_a_lane_that_is_not_parked() -> None:
    with pytest.raises(KeyError):
        ParkedLanes().follow(b"k", "e:1", now=NOW, size=1)


def test_a_held_lane_waits_until_its_letter_lets_it_go() -> None:
    parked = parked_pair()
    parked.due.take_due(NOW + 10, 1)

    parked.hold(b"k", "letter-1")

    assert parked.held_by(b"k") == "letter-1"
    assert parked.due.take_due(NOW + 100, 5) == []
    assert not parked.release(b"k", "letter-0", NOW + 100)
    assert parked.release(b"k", "letter-1", NOW + 100)
    assert parked.held_by(b"k") is None
    assert parked.due.take_due(NOW + 100, 5) == ["e:next"]


def test_a_lane_without_parked_events_can_be_held_and_goes_when_it_is_released() -> None:
    parked = ParkedLanes()

    parked.hold(b"k", "letter-1")

    assert b"k" in parked.lanes
    assert parked.load.oldest() is None
    assert parked.release(b"k", "letter-1", NOW)
    assert b"k" not in parked.lanes


def test_a_resend_of_the_letter_leads_its_lane() -> None:
    parked = parked_pair()
    parked.due.take_due(NOW + 10, 1)
    parked.hold(b"k", "letter-1")

    assert parked.lead(b"k", "letter-1", "e:head")
    assert parked.load.entries == 1
    parked.park(b"k", "e:head", due_at=NOW + 50, now=NOW + 20, size=100)
    parked.committed(["e:head"])

    assert parked.load.entries == 2
    assert parked.load.oldest() == NOW + 1
    assert parked.due.take_due(NOW + 50, 5) == ["e:head"]


def test_a_waiting_head_that_is_removed_gives_its_place_to_the_next() -> None:
    parked = parked_pair()

    assert parked.remove(b"k", "e:head", NOW + 2)

    assert parked.due.next_due() == NOW + 2
    assert parked.due.take_due(NOW + 100, 5) == ["e:next"]


def test_what_runs_or_is_not_there_cannot_be_removed() -> None:
    parked = parked_pair()
    parked.due.take_due(NOW + 10, 1)

    assert not parked.remove(b"k", "e:head", NOW)
    assert not parked.remove(b"k", "e:unknown", NOW)
    assert not parked.remove(b"l", "e:head", NOW)
    assert parked.remove(b"k", "e:next", NOW)
    assert parked.load.entries == 1


@pytest.mark.parametrize(
    ("max_entries", "max_bytes", "full"),
    [(3, 1000, False), (2, 1000, True), (3, 256, True), (3, 257, False)],
)
def test_full_is_said_at_either_bound(max_entries: int, max_bytes: int, *, full: bool) -> None:
    load = parked_pair().load

    assert load.is_full(max_entries=max_entries, max_bytes=max_bytes) is full


def heads() -> ParkedLanes:
    parked = ParkedLanes()
    for number, (lane, key) in enumerate(zip(LANES, KEYS, strict=True)):
        parked.park(lane, key, due_at=NOW + number / 7, now=NOW + number / 9, size=900)
        parked.committed([key])
    return parked


def followers() -> ParkedLanes:
    parked = ParkedLanes()
    parked.park(b"k", "e:head", due_at=NOW, now=NOW, size=900)
    for number, key in enumerate(KEYS):
        parked.follow(b"k", key, now=NOW + number / 9, size=900)
        parked.committed([key])
    return parked


LANES = [b"customer-%06d" % number for number in range(MANY)]
KEYS = [f"e:event-{number:06d}" for number in range(MANY)]


@pytest.mark.parametrize(("made", "most"), [(heads, 250), (followers, 110)])
def test_a_parked_event_takes_little_memory_beside_its_entry(
    made: Callable[[], ParkedLanes], most: int
) -> None:
    gc.collect()
    tracemalloc.start()
    parked = made()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert parked.load.entries >= MANY
    assert taken / MANY < most


def test_overdue_is_the_longest_due_that_has_not_begun() -> None:
    parked = parked_pair()

    assert parked.due.overdue_seconds(NOW + 9) == 0
    assert parked.due.overdue_seconds(NOW + 15) == 5

    parked.due.take_due(NOW + 15, 1)
    assert parked.due.overdue_seconds(NOW + 15) == 0


def test_what_was_missed_is_overdue_since_it_was_due_or_since_the_restart() -> None:
    parked = ParkedLanes()
    parked.restore(b"a", "e:a", due_at=NOW - 50, parked_at=NOW - 90, size=1)
    parked.restored(NOW)
    at_once = ParkedLanes()
    at_once.restore(b"b", "e:b", due_at=0.0, parked_at=NOW - 90, size=1)
    at_once.restored(NOW)

    assert parked.due.overdue_seconds(NOW + 5) == 55
    assert at_once.due.overdue_seconds(NOW + 5) == 5


def test_held_keys_are_counted() -> None:
    parked = ParkedLanes()
    parked.hold(b"k", "letter-1")
    parked.hold(b"l", "letter-2")
    parked.release(b"l", "letter-2", NOW)

    assert parked.held_keys == 1
