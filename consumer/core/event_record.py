"""What is an event, and what is wrong with a value that is none?

The form of DESIGN section 4 as a pydantic model: the source of ``docs/schemas/event.json`` and the
slow, talkative second look at an event that ``consumer.core.decode`` has refused.
"""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)

LONGEST_EVENT_ID_BYTES = 512

_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})",
)


def _fits(event_id: str) -> str:
    size = len(event_id.encode())
    if size > LONGEST_EVENT_ID_BYTES:
        raise ValueError(
            f"is {size} bytes long, and at most {LONGEST_EVENT_ID_BYTES} are remembered",
        )
    return event_id


def _is_a_moment(text: str) -> str:
    if not _RFC_3339.fullmatch(text):
        raise ValueError(
            f"is {_shown(text)}: write it as RFC 3339 with a zone, like 2026-01-31T23:59:59Z",
        )
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"is {_shown(text)}, which is no moment: {error}") from error
    return text


EventId = Annotated[
    str,
    StringConstraints(min_length=1),
    AfterValidator(_fits),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST_EVENT_ID_BYTES}),
]
Moment = Annotated[
    str,
    AfterValidator(_is_a_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class EventRecord(BaseModel):
    """One event as a producer publishes it: a JSON object in UTF-8.

    Nothing is converted: a number is no text, and a text is no number.  Members that are not named
    here are kept.
    """

    model_config = ConfigDict(
        strict=True,
        extra="allow",
        frozen=True,
        use_attribute_docstrings=True,
        title="Event",
    )

    event_id: EventId
    """Names the event; the same id again is a duplicate. At most 512 bytes in UTF-8."""

    event_type: str
    """Decides which processor runs, invoice.created for instance."""

    workflow_id: str
    """The workflow it belongs to."""

    workflow_run_id: str
    """The run of that workflow."""

    occurred_at: Moment
    """When it happened: RFC 3339 with a zone."""

    payload: dict[str, Any]
    """What the processor works on; its form is the processor's to say."""

    idempotency_key: str | None = None
    """What makes the event unique where dedup.key names it."""

    correlation_id: str | None = None
    """Copied to the result, for whoever waits for it; event_id without it."""

    schema_version: str | None = None
    """Version of the payload's form; kept, not interpreted."""


def why_invalid(data: object) -> str:
    """Return one sentence per problem of *data*, a decoded JSON value; empty where it is an event.

    The sentences show short values only: events hold what is none of an operator's business.
    """
    if not isinstance(data, dict):
        return f"The record is {_kind(data)}, and an event is a JSON object."
    try:
        EventRecord.model_validate(data)
    except ValidationError as error:
        return " ".join(_sentence(problem) for problem in error.errors(include_url=False))
    return ""


def _sentence(problem: Any) -> str:
    member, given = ".".join(map(str, problem["loc"])), problem["input"]
    match problem["type"]:
        case "missing":
            return f"{member} is missing."
        case "string_type":
            return f"{member} is {_kind(given)} and must be a text."
        case "string_too_short":
            return f"{member} is empty."
        case "dict_type":
            return f"{member} is {_kind(given)} and must be an object."
        case "value_error":
            return f"{member} {problem['ctx']['error']}."
        case _:
            return f"{member}: {problem['msg']}."


_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "a truth value",
    str: "a text",
    list: "a list",
    dict: "an object",
}


def _kind(value: object) -> str:
    if type(value) in {int, float}:
        return f"the number {_shown(value)}"
    return _KINDS.get(type(value)) or f"a {type(value).__name__}"


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
