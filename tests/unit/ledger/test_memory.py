"""The ledger in memory: what is known, and in which order it settled."""

import pytest

from consumer.core.dedup_key import coordinates_key
from consumer.ledger.memory import MAX_SLOT_SECONDS, SLOTS_PER_WINDOW, MemoryLedger

WINDOW = 5000.0
SLOT = WINDOW / SLOTS_PER_WINDOW
POISON = coordinates_key("workflow-events", 0, 7)


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger(WINDOW)


def test_a_new_ledger_knows_nothing(ledger: MemoryLedger) -> None:
    assert len(ledger) == 0
    assert ledger.get("e:1") is None
    assert ledger.take_settled(1e9, 10) == []
    assert (ledger.state_offset, ledger.progress) == (0, None)


def test_the_newest_entry_of_a_key_counts(ledger: MemoryLedger) -> None:
    ledger.apply("e:1", b"running", None)
    ledger.apply("e:1", b"completed", 5.0)
    ledger.apply(POISON, b"poison", 5.0)

    assert ledger.get("e:1") == b"completed"
    assert ledger.get(POISON) == b"poison"
    assert len(ledger) == 2


@pytest.mark.parametrize("key", ["e:1", POISON])
def test_a_forgotten_key_is_unknown_and_never_taken(ledger: MemoryLedger, key: str) -> None:
    ledger.apply(key, b"completed", 5.0)
    ledger.apply(key, None, None)
    ledger.apply(key, None, None)

    assert ledger.get(key) is None
    assert len(ledger) == 0
    assert ledger.take_settled(1e9, 10) == []


def test_a_commit_is_applied_at_once(ledger: MemoryLedger) -> None:
    ledger.apply_settled([("e:1", b"one"), (POISON, b"two")], 5.0)

    assert (ledger.get("e:1"), ledger.get(POISON)) == (b"one", b"two")
    assert sorted(ledger.take_settled(100.0, 10)) == ["e:1", POISON]


def test_no_key_is_taken_before_its_whole_slot_is_past(ledger: MemoryLedger) -> None:
    ledger.apply("e:1", b"one", 2 * SLOT + 1)

    assert ledger.take_settled(2 * SLOT, 10) == []
    assert ledger.take_settled(3 * SLOT - 0.001, 10) == []
    assert ledger.take_settled(3 * SLOT, 10) == ["e:1"]
    assert ledger.take_settled(3 * SLOT, 10) == []


def test_slots_are_taken_in_order_and_in_portions(ledger: MemoryLedger) -> None:
    for number in (3, 1, 2, 0):
        ledger.apply(f"e:{number}", b"x", number * SLOT)
        ledger.apply(f"e:{number}b", b"x", number * SLOT)

    taken = [ledger.take_settled(1e9, 3) for _ in range(4)]

    assert [len(portion) for portion in taken] == [3, 3, 2, 0]
    slots = [key[2] for portion in taken for key in portion]
    assert slots == sorted(slots)


def test_an_unfinished_entry_is_not_in_the_order(ledger: MemoryLedger) -> None:
    ledger.apply("e:1", b"running", None)

    assert ledger.take_settled(1e9, 10) == []
    assert ledger.get("e:1") == b"running"


def test_a_deferred_key_comes_back_later(ledger: MemoryLedger) -> None:
    ledger.apply("e:1", b"one", 0.0)
    assert ledger.take_settled(SLOT, 10) == ["e:1"]

    ledger.defer("e:1", 5 * SLOT)

    assert ledger.take_settled(5 * SLOT, 10) == []
    assert ledger.take_settled(6 * SLOT, 10) == ["e:1"]


def test_a_key_that_settled_twice_is_named_once(ledger: MemoryLedger) -> None:
    ledger.apply("e:1", b"one", 0.0)
    ledger.apply("e:1", b"two", SLOT)

    assert ledger.take_settled(1e9, 10) == ["e:1"]


def test_judged_offsets_are_those_with_an_entry_of_their_own(ledger: MemoryLedger) -> None:
    for topic, offset in (("in", 5), ("in", 12), ("in", 100), ("in-2", 13), ("control", 14)):
        ledger.apply(coordinates_key(topic, 0, offset), b"letter", 1.0)
    ledger.apply("e:in/0/50", b"an event that is named like a place", 1.0)

    assert ledger.judged("in", 0, 12) == {12, 100}
    assert ledger.judged("in", 0, 0) == {5, 12, 100}
    assert ledger.judged("elsewhere", 0, 0) == set()


def test_an_event_named_like_coordinates_is_told_apart(ledger: MemoryLedger) -> None:
    ledger.apply("e:" + POISON, b"event", 1.0)

    assert ledger.get(POISON) is None


def test_a_long_window_does_not_make_coarse_slots() -> None:
    ledger = MemoryLedger(365 * 24 * 3600.0)
    ledger.apply("e:1", b"one", 0.0)

    assert ledger.take_settled(MAX_SLOT_SECONDS, 10) == ["e:1"]
