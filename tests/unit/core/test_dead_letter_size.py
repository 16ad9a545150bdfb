"""A letter that would not fit loses the least needed first, and its record's value last."""

from hashlib import sha256

import pytest

from consumer.core.dead_letter import DeadLetter
from consumer.core.dead_letter_reading import read_letter
from consumer.core.dead_letter_size import SMALLEST_LETTER_BYTES, short_text
from tests.unit.core.letter_examples import (
    a_failure,
    a_history,
    a_letter,
    a_record,
    an_event,
    given_up,
    header,
    letter_bytes,
)

CUT_ORDER = [
    "original_event",
    "error.traceback",
    "attempts",
    "original.headers",
    "error.details",
    "texts",
    "original.key",
]
VALUE = b'{"text":"' + b"x" * 20_000 + b'"}'
RECORD = a_record(value=VALUE, key=b"k" * 2_000, headers=[("h", b"h" * 4_000)])
FAILURE = a_failure(
    traceback="t" * 8_000,
    message="m" * 2_000,
    details={"detail": "d" * 4_000},
)


def of_size(max_bytes: int) -> DeadLetter:
    return a_letter(
        record=RECORD,
        give_up=given_up(FAILURE),
        history=a_history(20),
        max_bytes=max_bytes,
    )


def cut_at(max_bytes: int) -> list[str]:
    return read_letter(of_size(max_bytes).value).cut


def test_a_letter_that_fits_is_whole() -> None:
    assert cut_at(letter_bytes(of_size(1_000_000))) == []


def test_members_go_in_the_order_of_the_design_and_the_value_last() -> None:
    whole = letter_bytes(of_size(1_000_000))
    cuts = [cut_at(size) for size in range(whole, 20_000, -100)]
    steps = [*CUT_ORDER, "original.value"]

    assert {len(cut) for cut in cuts} == set(range(len(steps) + 1))
    assert sorted(cuts, key=len) == cuts
    assert all(cut == steps[: len(cut)] for cut in cuts)


def test_a_value_that_is_cut_keeps_its_beginning_size_and_hash() -> None:
    original = read_letter(of_size(10_000).value).original

    assert original.truncated
    assert original.size == len(VALUE)
    assert original.sha256 == sha256(VALUE).hexdigest()
    assert original.value is not None
    assert VALUE.startswith(original.value.decoded())
    assert len(original.value.decoded()) > 5_000


def test_coordinates_and_texts_stay_when_the_value_is_cut() -> None:
    letter = read_letter(of_size(10_000).value)

    assert letter.source.topic == "workflow-events"
    assert letter.ledger_key == "e:e-1"
    assert letter.error.message.startswith("mmmm")
    assert letter.error.suggested_actions


def test_texts_go_before_the_value() -> None:
    texts = {"workflow_id": "w" * 450, "workflow_run_id": "r" * 450, "event_type": "t" * 450}
    record = a_record(value=b"v" * 2000)
    letter = a_letter(record=record, event=an_event(**texts), max_bytes=SMALLEST_LETTER_BYTES)
    read = read_letter(letter.value)

    assert read.cut == ["texts"]
    assert read.context.workflow_id == "w" * 37 + "…"
    assert read.original.value is not None
    assert read.original.value.decoded() == b"v" * 2000


def test_a_short_key_is_not_cut_for_a_long_value() -> None:
    letter = read_letter(a_letter(record=a_record(value=VALUE), max_bytes=10_000).value)

    assert letter.cut == ["original_event", "original.value"]
    assert letter.original.key is not None
    assert letter.original.key.decoded() == b"k-1"


def test_a_huge_key_is_replaced_by_its_hash() -> None:
    key = b"k" * 100_000
    letter = a_letter(record=a_record(key=key), max_bytes=50_000)

    assert letter.key == sha256(key).digest()
    assert read_letter(letter.value).cut == ["original_event", "original.key"]


def test_a_record_without_value_fits_with_all_else_cut() -> None:
    event = an_event(event_type="t" * 100_000, workflow_id="\x00" * 100_000)
    letter = a_letter(
        record=a_record(value=None, key=None, headers=[("h", None)] * 1_000),
        event=event,
        ledger_key="\x01" * 100_000,
        previous_dlq_ids=["d" * 36] * 20,
        max_bytes=SMALLEST_LETTER_BYTES,
    )

    assert letter_bytes(letter) <= SMALLEST_LETTER_BYTES


def test_the_longest_topic_stays_whole_when_texts_are_short() -> None:
    event = an_event(workflow_id="w" * 450, workflow_run_id="r" * 450, event_type="t" * 450)
    record = a_record(topic="t" * 249, value=b"v" * 1000)
    letter = a_letter(record=record, event=event, max_bytes=SMALLEST_LETTER_BYTES)
    read = read_letter(letter.value)

    assert read.cut == ["texts"]
    assert read.source.topic == "t" * 249


def test_below_the_smallest_size_letters_are_of_the_smallest_size() -> None:
    assert of_size(10).value == of_size(SMALLEST_LETTER_BYTES).value


def test_headers_are_bounded_too() -> None:
    event = an_event(event_type="t" * 100_000)
    longest = header(a_letter(event=event), "event-type")
    short = header(a_letter(event=event, max_bytes=SMALLEST_LETTER_BYTES), "event-type")

    assert longest is not None
    assert short is not None
    assert (len(longest), len(short)) == (600, 128)


@pytest.mark.parametrize(
    ("text", "room", "kept"),
    [
        ("short", 40, "short"),
        ("x" * 50, 40, "x" * 37 + "…"),
        ("é" * 50, 40, "é" * 18 + "…"),
        ("\x00" * 50, 40, "\x00" * 6 + "…"),
    ],
    ids=["short", "ascii", "wide", "escaped"],
)
def test_a_text_is_cut_by_what_it_takes_in_json(text: str, room: int, kept: str) -> None:
    assert short_text(text, room) == kept
