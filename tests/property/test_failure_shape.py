"""Whatever a message says, its shape is short, on one line, and blind to numbers and names."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from consumer.core.failure_shape import LONGEST_SHAPE, group_id, shape_of

any_text = st.text(st.characters(), max_size=300)
words = st.from_regex(r"[a-z]{1,8}( [a-z]{1,8}){0,5}", fullmatch=True)
numbers = st.one_of(
    st.integers(0, 10**12).map(str),
    st.decimals(0, 10**6, places=2).map(str),
    st.uuids().map(UUID.__str__),
    st.integers(0x100, 2**64).map(hex),
    st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds")),
)
names = st.text(st.characters(exclude_characters="'\\", exclude_categories=["C"]), max_size=40)


@given(any_text)
def test_any_message_has_a_shape_of_one_short_line(message: str) -> None:
    shape = shape_of(message)
    assert len(shape) <= LONGEST_SHAPE
    assert not any(each.isspace() and each != " " for each in shape)
    shape.encode()


@given(any_text)
def test_shape_holds_no_digit(message: str) -> None:
    assert not any(each.isdecimal() for each in shape_of(message))


@given(words, numbers, numbers, words)
def test_numbers_and_ids_do_not_tell_shapes_apart(
    before: str, one: str, other: str, after: str
) -> None:
    assert shape_of(f"{before} {one} {after}") == shape_of(f"{before} {other} {after}")


@given(words, names, names, words)
def test_quoted_names_do_not_tell_shapes_apart(
    before: str, one: str, other: str, after: str
) -> None:
    assert shape_of(f"{before} '{one}' {after}") == shape_of(f"{before} '{other}' {after}")


@given(words, words)
def test_words_tell_shapes_apart(one: str, other: str) -> None:
    assert (shape_of(one) == shape_of(other)) == (one == other)


@given(any_text, any_text, any_text, any_text)
def test_name_of_a_group_is_short_and_always_the_same(
    code: str, processor: str, exception: str, message: str
) -> None:
    group = group_id(code, processor, exception, shape_of(message))
    assert len(group) == 8
    assert set(group) <= set("0123456789abcdef")
    assert group == group_id(code, processor, exception, shape_of(message))
