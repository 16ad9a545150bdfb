"""What an exception shows is bounded, readable and fit for UTF-8."""

import pytest
from pydantic import BaseModel, ValidationError

from consumer.core.exception_text import (
    LONGEST_MESSAGE,
    LONGEST_TRACEBACK_BYTES,
    bounded,
    message_of,
    traceback_of,
    type_name,
)
from processors.contract import PermanentError


class Invoice(BaseModel):
    number: int
    customer: str


class MuteError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def fail(error: BaseException) -> None:
    raise error


def raised(error: BaseException) -> BaseException:
    with pytest.raises(type(error)) as caught:
        fail(error)
    return caught.value


def invalid(model: type[BaseModel], data: object) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    return caught.value


def test_a_builtin_is_named_without_its_module() -> None:
    assert type_name(KeyError) == "KeyError"
    assert type_name(PermanentError) == "processors.contract.PermanentError"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (RuntimeError("boom"), "boom"),
        (RuntimeError(), "RuntimeError"),
        (PermanentError("no such card"), "no such card"),
        (MuteError(), f"{__name__}.MuteError"),
        (ValueError("half \ud800"), "half \\ud800"),
    ],
)
def test_a_message_is_what_the_exception_says_or_its_name(error: Exception, message: str) -> None:
    assert message_of(error) == message


def test_a_long_message_loses_its_end() -> None:
    message = message_of(RuntimeError("x" * 100_000))

    assert len(message) == LONGEST_MESSAGE
    assert message.endswith("x…")


def test_bounds_leave_short_text_alone() -> None:
    assert bounded("größer", 6) == "größer"


def test_a_validation_error_names_members_and_never_values() -> None:
    error = invalid(Invoice, {"number": "hunter2"})

    assert message_of(error) == (
        "Invoice: number: Input should be a valid integer, unable to parse string as an integer; "
        "customer: Field required"
    )


def test_a_validation_error_of_the_whole_value_says_so() -> None:
    assert "the value: Input should be a valid dictionary" in message_of(invalid(Invoice, 7))


def test_of_many_wrong_members_the_first_are_named() -> None:
    class Batch(BaseModel):
        items: list[int]

    message = message_of(invalid(Batch, {"items": ["x"] * 50}))

    assert message.count("valid integer") == 20
    assert message.endswith("; and 30 more")


def test_a_traceback_reads_as_python_prints_it() -> None:
    text = traceback_of(raised(RuntimeError("boom")))

    assert text.startswith('Traceback (most recent call last):\n  File "')
    assert ", in fail\n    raise error\n" in text
    assert text.endswith("RuntimeError: boom\n")


def test_a_traceback_shows_what_it_was_raised_from() -> None:
    def chained() -> None:
        try:
            fail(KeyError("first"))
        except KeyError as first:
            raise ValueError("second") from first

    with pytest.raises(ValueError, match="second") as caught:
        chained()
    before, words, after = traceback_of(caught.value).partition(
        "\nThe above exception was the direct cause of the following exception:\n\n"
    )

    assert before.endswith("KeyError: 'first'\n")
    assert words
    assert after.endswith("ValueError: second\n")


def test_a_traceback_shows_what_was_being_handled() -> None:
    def chained() -> None:
        try:
            fail(KeyError("first"))
        except KeyError:
            raise ValueError("second")  # noqa: B904 - what happens without "from" is the point

    with pytest.raises(ValueError, match="second") as caught:
        chained()

    assert "\nDuring handling of the above exception, another exception" in traceback_of(
        caught.value
    )


def test_a_context_that_was_suppressed_is_not_shown() -> None:
    error = ValueError("second")
    error.__context__ = KeyError("first")
    error.__suppress_context__ = True

    assert traceback_of(error) == "ValueError: second\n"


def test_a_chain_without_end_ends() -> None:
    error = ValueError("again")
    error.__cause__ = error

    assert traceback_of(error).count("ValueError: again") == 8


def test_a_mute_exception_has_a_traceback() -> None:
    assert "MuteError" in traceback_of(raised(MuteError()))


def test_a_group_shows_its_members() -> None:
    text = traceback_of(raised(ExceptionGroup("tasks", [KeyError("one"), ValueError("two")])))

    assert "KeyError: 'one'" in text
    assert "ValueError: two" in text


def test_a_long_traceback_keeps_its_end() -> None:
    text = traceback_of(raised(RuntimeError("é" * 100_000 + " the end")))

    assert text.startswith("…\n")
    assert text.endswith("é the end\n")
    assert LONGEST_TRACEBACK_BYTES - 4 <= len(text.encode()) <= LONGEST_TRACEBACK_BYTES


def test_a_deep_recursion_shows_its_last_frames() -> None:
    def deeper(level: int) -> None:
        if level == 0:
            raise RuntimeError("bottom")
        deeper(level - 1)

    with pytest.raises(RuntimeError) as caught:
        deeper(200)
    text = traceback_of(caught.value)

    assert 'raise RuntimeError("bottom")' in text
    assert text.count("\n") < 100
