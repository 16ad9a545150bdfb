"""May a mended value be sent in place of a letter's own?

Checked before anything is asked for: that it is an event, that it is still the same one, and that
the processor of its type takes its payload.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from pydantic import ValidationError

from consumer.core.decode import decode
from consumer.core.failure import Failure
from consumer.desk.exact_json import (
    NotJsonError,
    exact_document,
    exact_text,
    patched,
)
from processors.contract import WorkflowEvent
from processors.registry import Registry

_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a mended value."""

    problems: Sequence[str]
    """Why it may not be sent; none where it may."""
    warnings: Sequence[str] = ()
    """What could not be checked."""
    event: WorkflowEvent[dict[str, Any]] | None = None
    """What it says, where it is an event."""


def editable(value: bytes) -> bytes | None:
    """Return *value* as it is put before a person; None where it is no text at all."""
    try:
        return exact_text(exact_document(value), indented=True) + b"\n"
    except NotJsonError:
        pass
    try:
        value.decode()
    except UnicodeDecodeError:
        return None
    return value


def as_sent(text: bytes) -> bytes:
    """Return what a person has written as it is sent: without spaces, every number as it stands.

    What is no JSON document is returned as it is: the check says what is wrong with it.
    """
    try:
        return exact_text(exact_document(text))
    except NotJsonError:
        return text


def patched_value(value: bytes, patch: bytes) -> bytes:
    """Return *value* as *patch* (RFC 6902 or RFC 7396) changes it.

    Raises:
        NotJsonError: One of the two is no JSON document.
        PatchError: The patch cannot be applied.
    """
    return exact_text(patched(exact_document(value), exact_document(patch)))


def checked(original: bytes | None, mended: bytes, registry: Registry) -> Verdict:
    """Say whether *mended* may be sent in place of *original*.

    Args:
        original: The record's value as it was read.
        mended: What is to run in its place.
        registry: The processors, for their payload models.
    """
    event = decode(mended)
    if isinstance(event, Failure):
        return Verdict([event.message])
    problems: list[str] = []
    before = decode(original) if original is not None else None
    if isinstance(before, WorkflowEvent) and before.event_id != event.event_id:
        problems.append(
            f"event_id is {event.event_id!r} and was {before.event_id!r}: it is what the event is "
            "known by; put it back, or publish another event"
        )
    processor = registry.match(event.event_type)
    if processor is None:
        why = f"no processor here is for {event.event_type!r}: its payload is not checked"
        return Verdict(problems, [why], event)
    if processor.payload is not None:
        try:
            processor.payload.validate_python(event.payload)
        except ValidationError as error:
            problems += _payload_problems(error, processor.name)
    return Verdict(problems, event=event)


def difference(original: bytes, mended: bytes) -> list[str]:
    """Return the lines that differ, as ``diff -u`` shows them; nothing where none does."""
    before, after = (
        (editable(each) or b"").decode(errors="backslashreplace").splitlines()
        for each in (original, mended)
    )
    return list(unified_diff(before, after, "the letter's value", "mended", lineterm=""))


def is_same(original: bytes | None, mended: bytes) -> bool:
    """Whether nothing was changed that means anything."""
    return original is not None and (original == mended or as_sent(original) == as_sent(mended))


def _payload_problems(error: ValidationError, name: str) -> list[str]:
    found = error.errors(include_url=False, include_input=False)
    said = [
        f"payload.{'.'.join(map(str, each['loc']))}: {each['msg']} (as {name} wants it)"
        if each["loc"]
        else f"payload: {each['msg']} (as {name} wants it)"
        for each in found[:_MOST_PROBLEMS]
    ]
    if (more := len(found) - _MOST_PROBLEMS) > 0:
        said.append(f"{more} more")
    return said
