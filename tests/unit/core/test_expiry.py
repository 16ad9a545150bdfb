"""Which entries may be forgotten, and from which moment on."""

from typing import Any

import pytest

from consumer.core.expiry import Horizon, may_evict, may_expire
from consumer.core.ledger_entry import Entry, EntryStatus, LetterMark
from tests.builders import NOW, an_entry

WINDOW, LETTERS = 100.0, 1000.0


def expires(entry: Entry, *, horizon: float = NOW + WINDOW, committed_input: int = 6) -> bool:
    return may_expire(
        entry,
        horizon=horizon,
        window=WINDOW,
        letter_retention=LETTERS,
        committed_input=committed_input,
    )


def with_letter(**other: Any) -> Entry:
    return an_entry(letter=LetterMark(("letter-1",), 1, "resolved", NOW), **other)


def test_a_new_horizon_has_reached_nothing_and_asks() -> None:
    horizon = Horizon()
    horizon.committed(10**9)

    assert horizon.reached is None
    assert horizon.wants_watermark


def test_a_horizon_is_reached_once_the_watermark_is_committed() -> None:
    horizon = Horizon()
    horizon.saw(10, NOW)
    assert not horizon.wants_watermark

    horizon.committed(9)
    assert horizon.reached is None
    horizon.committed(10)

    assert horizon.reached == NOW
    assert horizon.wants_watermark


def test_a_reached_horizon_stays_until_the_next_is_reached() -> None:
    horizon = Horizon()
    horizon.saw(10, NOW)
    horizon.committed(10)
    horizon.saw(20, NOW + 5)
    horizon.committed(19)
    assert horizon.reached == NOW

    horizon.committed(21)
    assert horizon.reached == NOW + 5


def test_the_horizon_waits_for_the_control_log_too() -> None:
    horizon = Horizon()
    horizon.saw(10, NOW, 5)
    horizon.committed(10, 4)
    assert horizon.reached is None

    horizon.committed(10, 5)
    assert horizon.reached == NOW


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(an_entry(), True, id="completed and out of its window"),
        pytest.param(an_entry(settled_at=NOW + 0.1), False, id="completed within its window"),
        pytest.param(an_entry(input_offset=6), False, id="its record is not committed"),
        pytest.param(an_entry(input_offset=None), True, id="no input record of its own"),
        pytest.param(an_entry("running"), False, id="running"),
        pytest.param(an_entry("parked"), False, id="parked"),
        pytest.param(an_entry(settled_at=None), False, id="settled without a moment"),
        pytest.param(an_entry("dead_lettered"), False, id="its letter is still kept"),
        pytest.param(with_letter(), False, id="its resolved letter is still kept"),
    ],
)
def test_an_entry_expires_only_out_of_its_window(entry: Entry, *, expected: bool) -> None:
    assert expires(entry) is expected


@pytest.mark.parametrize("status", ["completed", "dead_lettered", "discarded"])
def test_an_entry_with_a_letter_stays_as_long_as_the_letter(status: EntryStatus) -> None:
    entry = with_letter() if status == "completed" else an_entry(status)

    assert not expires(entry, horizon=NOW + LETTERS - 1)
    assert expires(entry, horizon=NOW + LETTERS)


def test_a_letter_topic_kept_shorter_than_the_window_does_not_shorten_it() -> None:
    entry = with_letter(settled_at=NOW - WINDOW)

    for horizon, expected in ((NOW + WINDOW - 1, False), (NOW + WINDOW, True)):
        allowed = may_expire(
            entry, horizon=horizon, window=WINDOW, letter_retention=1.0, committed_input=6
        )
        assert allowed is expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(an_entry(), True, id="completed"),
        pytest.param(an_entry("discarded", letter=None), True, id="discarded"),
        pytest.param(an_entry(input_offset=None), True, id="no input record of its own"),
        pytest.param(an_entry(input_offset=6), False, id="not committed"),
        pytest.param(an_entry("dead_lettered"), False, id="dead-lettered"),
        pytest.param(an_entry("discarded"), False, id="discarded with a letter"),
        pytest.param(with_letter(), False, id="completed with a letter"),
        pytest.param(an_entry("running"), False, id="running"),
        pytest.param(an_entry("parked"), False, id="parked"),
    ],
)
def test_a_full_ledger_forgets_only_what_nobody_needs(entry: Entry, *, expected: bool) -> None:
    assert may_evict(entry, committed_input=6) is expected
