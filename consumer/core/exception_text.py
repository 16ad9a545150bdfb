"""What of an exception is shown to people: its name, its message, its traceback?

All bounded, and all fit for UTF-8: an exception is foreign code, and its message may be megabytes
long, hold half a surrogate pair, or raise while it is made.
"""

import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from pydantic import ValidationError

from processors.contract import ProcessorError

LONGEST_MESSAGE = 2000
"""Characters; the end is cut."""
LONGEST_TRACEBACK_BYTES = 8 * 1024
"""The beginning is cut: the end says where it failed."""
_FRAMES = 40
_LINKS = 8
_FIELDS = 20

Answer = TypeVar("Answer")


def ask(question: Callable[[], Answer], otherwise: Answer) -> Answer:
    """Return what *question* returns, or *otherwise* where the foreign code in it raises."""
    try:
        return question()
    except Exception:  # noqa: BLE001 - __str__ and properties of an exception may raise anything
        return otherwise


def member_of(holder: object, name: str) -> Any:
    """Return an attribute of an exception, or None where it has none or none can be had."""
    return ask(partial(getattr, holder, name, None), None)


def type_name(kind: type) -> str:
    """Return the name of a type, with its module unless it is a builtin."""
    within = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{within}{kind.__qualname__}"


def message_of(error: BaseException) -> str:
    """Return what *error* says, or its name where it says nothing."""
    if isinstance(error, ValidationError):
        text = _fields(error)
    else:
        # An author's own error may have an __init__ that never calls ours.
        own = member_of(error, "message") if isinstance(error, ProcessorError) else None
        text = ask(lambda: str(own or error), "")
    return bounded(text) or type_name(type(error))


def bounded(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """Return the first *longest* characters of *text*, fit for UTF-8."""
    return encodable(text if len(text) <= longest else f"{text[: longest - 1]}…")


def encodable(text: str) -> str:
    """Return *text* with any half of a surrogate pair written out, which no UTF-8 text can hold."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def traceback_of(error: BaseException) -> str:
    """Return the traceback of *error*, after those of what it was raised from.

    Without the carets under the lines: finding their places costs more than all the rest, and an
    outage makes many tracebacks.
    """
    if isinstance(error, BaseExceptionGroup):
        text = "".join(traceback.format_exception(error, limit=-_FRAMES))
    else:
        text = "".join(_chain(error))
    encoded = text.encode(errors="backslashreplace")
    if len(encoded) <= LONGEST_TRACEBACK_BYTES:
        return encoded.decode()
    mark = "…\n"
    end = encoded[len(mark.encode()) - LONGEST_TRACEBACK_BYTES :]
    return mark + end.decode(errors="ignore")


def _chain(error: BaseException) -> list[str]:
    """Return the parts of a traceback as Python prints it, the first raised first."""
    parts: list[str] = []
    link: BaseException | None = error
    while link is not None and len(parts) < 2 * _LINKS:
        frames = traceback.StackSummary.extract(
            traceback.walk_tb(link.__traceback__),
            limit=-_FRAMES,
        )
        heading = "Traceback (most recent call last):\n" if frames else ""
        said = ask(partial(traceback.format_exception_only, link), [type_name(type(link)), "\n"])
        parts.append("".join([heading, *frames.format(), *said]))
        link, words = _raised_from(link)
        parts.append(words)
    # The words after the first of them lead to nothing.
    return parts[-2::-1]


def _raised_from(error: BaseException) -> tuple[BaseException | None, str]:
    """Return the exception before *error*, and Python's words between the two."""
    if error.__cause__ is not None:
        words = "The above exception was the direct cause of the following exception"
        return error.__cause__, f"\n{words}:\n\n"
    words = "During handling of the above exception, another exception occurred"
    before = None if error.__suppress_context__ else error.__context__
    return before, f"\n{words}:\n\n"


def _fields(error: ValidationError) -> str:
    """Return one clause per member that did not fit; never its value, which may be a secret."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    clauses = [
        f"{'.'.join(map(str, problem['loc'])) or 'the value'}: {problem['msg']}"
        for problem in problems[:_FIELDS]
    ]
    if len(problems) > len(clauses):
        clauses.append(f"and {len(problems) - len(clauses)} more")
    return f"{error.title}: {'; '.join(clauses)}"
