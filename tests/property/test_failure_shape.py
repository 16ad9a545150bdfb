"""Messages that differ in what is folded are of one shape, whatever else they hold."""

import string
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from consumer.core.failure_shape import shape_of

WORDS = st.lists(st.text(string.ascii_letters, min_size=1, max_size=8), min_size=1, max_size=5)
NUMBERS = st.integers(0, 10**30).map(str) | st.decimals(0, 10**9, places=3).map(str)
VARYING = NUMBERS | st.uuids().map(str)
QUOTED = st.text(
    st.characters(exclude_characters="\"'`\\", exclude_categories=["Cs"]), max_size=20
).map('"{}"'.format)


@given(WORDS, VARYING, VARYING)
def test_numbers_and_ids_do_not_tell_messages_apart(words: list[str], one: str, two: str) -> None:
    text = " ".join(words)

    assert shape_of(f"{text} {one} {text}") == shape_of(f"{text} {two} {text}")


@given(WORDS, QUOTED, QUOTED)
def test_quoted_texts_do_not_tell_messages_apart(words: list[str], one: str, two: str) -> None:
    text = " ".join(words)

    assert shape_of(f"{text} {one} is bad") == shape_of(f"{text} {two} is bad")


@given(st.text(max_size=900))
def test_any_message_has_a_shape_that_is_not_longer_and_folds_no_further(message: str) -> None:
    shape = shape_of(message)

    assert len(shape) <= max(len(message), 1)
    assert "  " not in shape
    assert shape_of(shape) == shape or any(quote in message for quote in "\"'`…#")


@given(st.text("a1f-_'\"`0x.,: \\?=@", min_size=1, max_size=40), st.integers(1, 20_000))
def test_no_message_takes_long(part: str, times: int) -> None:
    message = part * times
    began = process_time()

    shape_of(message)

    assert process_time() - began < 0.2
