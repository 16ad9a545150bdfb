"""Does every duration survive being written, and no text break the parser?"""

import math

from hypothesis import example, given
from hypothesis import strategies as st

from config.durations import LONGEST_SECONDS, format_duration, parse_duration

SECONDS = st.floats(min_value=0, max_value=LONGEST_SECONDS, allow_nan=False)


@given(SECONDS)
@example(5e-324)
@example(0.1 + 0.2)
def test_what_is_written_is_read_back_exactly(seconds: float) -> None:
    text = format_duration(seconds)

    # A text of more than 40 characters is refused, and no setting needs one.
    if len(text) <= 40:
        assert parse_duration(text) == seconds


@given(st.integers(min_value=0, max_value=10**6), st.sampled_from(["ms", "s", "m", "h", "d"]))
def test_a_whole_number_of_any_unit_is_written_with_one_unit(number: int, unit: str) -> None:
    seconds = parse_duration(f"{number}{unit}")

    assert isinstance(seconds, float)
    assert parse_duration(format_duration(seconds)) == seconds


@given(
    st.lists(
        st.tuples(st.integers(0, 999), st.sampled_from(["h", "m", "s", "ms"])),
        min_size=1,
        max_size=6,
    )
)
def test_parts_add_up(parts: list[tuple[int, str]]) -> None:
    text = "".join(f"{number}{unit}" for number, unit in parts)
    alone = [parse_duration(f"{number}{unit}") for number, unit in parts]

    together = parse_duration(text)

    assert isinstance(together, float)
    assert math.isclose(together, sum(part for part in alone if isinstance(part, float)))


@given(st.text(max_size=60) | st.text(alphabet="0123456789.eE+-smhd_ ", max_size=60))
def test_any_text_is_a_number_of_seconds_or_refused(text: str) -> None:
    try:
        seconds = parse_duration(text)
    except ValueError:
        return
    assert isinstance(seconds, float)
    assert seconds >= 0
