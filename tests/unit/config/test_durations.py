"""Is a duration read as it is written, and written as it is read?"""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from config.durations import (
    LONGEST_SECONDS,
    Duration,
    PositiveDuration,
    WireDuration,
    format_duration,
    parse_duration,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("2s", 2.0),
        ("1m30s", 90.0),
        ("24h", 86400.0),
        ("7d", 604800.0),
        ("1.5h", 5400.0),
        (" 2 ".strip(), 2.0),
        ("  10S ", 10.0),
        ("0.25", 0.25),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("12.3ms", 0.0123),
        ("0", 0.0),
    ],
)
def test_a_duration_is_read_in_words_or_as_seconds(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "s", "5 parsecs", "1h oops", "-5", "-5s", "nan", "inf", "infinity", "1_000", "1:30", "٣s"],
)
def test_what_is_no_duration_is_refused_with_the_accepted_forms(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration: write it like 500ms, 2s, 1m30s"):
        parse_duration(text)


def test_an_endless_text_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="is not a duration") as refused:
        parse_duration("9" * 5000 + "d")

    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("value", [True, False])
def test_yes_and_no_are_no_durations(value: bool) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(value)


def test_a_number_is_left_to_the_type_check() -> None:
    assert parse_duration(7) == 7


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0s"),
        (0.5, "500ms"),
        (0.0123, "12.3ms"),
        (1.5, "1.5s"),
        (90.0, "90s"),
        (120.0, "2m"),
        (86400.0, "1d"),
        (604800.0, "7d"),
        (1e-7, "0.0001ms"),
    ],
)
def test_a_duration_is_written_in_the_largest_unit_that_keeps_it_whole(
    seconds: float,
    text: str,
) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Duration, -1),
        (Duration, float("inf")),
        (Duration, float("nan")),
        (Duration, "1e300"),
        (Duration, LONGEST_SECONDS + 1),
        (PositiveDuration, "0s"),
        (WireDuration, "0.1ms"),
        (WireDuration, "25d"),
    ],
)
def test_a_span_that_cannot_be_meant_is_refused(kind: Any, value: object) -> None:
    adapter = TypeAdapter(kind)
    with pytest.raises(ValidationError):
        adapter.validate_python(value)
