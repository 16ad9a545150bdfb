"""What does a record say: an event, or a failure that makes it poison?

Strict: UTF-8, RFC 8259, no coercion, and numbers exact or refused.  The fast way checks the types
of the members by hand; whatever it does not like is explained by ``consumer.core.event_record``,
and a property test holds both to the same verdict.
"""

import json
import re
from datetime import datetime
from decimal import Context, Decimal
from typing import Any

import orjson
from orjson import dumps, loads

from consumer.core.event_record import why_invalid
from consumer.core.failure import Failure
from processors.contract import WorkflowEvent

_MEMBERS = frozenset(
    {
        "event_id",
        "event_type",
        "workflow_id",
        "workflow_run_id",
        "occurred_at",
        "payload",
        "idempotency_key",
        "correlation_id",
        "schema_version",
    }
)
_REQUIRED = 6
RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})",
)
is_rfc_3339 = RFC_3339.fullmatch
moment_of = datetime.fromisoformat
MAX_EVENT_ID_BYTES = 512
# The bytes of an id are only counted where it may be too long.
_ID_CHARACTERS_SURELY_FIT = MAX_EVENT_ID_BYTES // 4

# A double holds every decimal of up to 15 significant digits, with any exponent of two digits.  So
# only 17 digits and points in a row, 16 with an exponent, or an exponent of three digits are looked
# at one by one.  For the search digits and points count as 0, E as e, and signs are left out.
_SHAPES = bytes(48 if c in b"0123456789." else 101 if c in b"eE" else 32 for c in range(256))
_SIGNS = b"+-"
_LONG = b"0" * 17
_EXPONENT = b"0e"
_LONG_EXPONENTS = (b"0e000", b"0" * 16 + b"e")
_INTEGERS = range(-(2**63), 2**64)


def decode(value: bytes) -> WorkflowEvent[dict[str, Any]] | Failure:
    """Return the event in *value*, or why it is none; never raises."""
    try:
        data = loads(value)
    except orjson.JSONDecodeError as error:
        return _poison(f"the value is not JSON (RFC 8259, UTF-8): {error}")
    event = _event(data)
    if event is None:
        return _poison(why_invalid(data))
    if not _reads_back(data, value) and (inexact := _inexact(value)) is not None:
        return _poison(inexact)
    return event


def _event(data: object) -> WorkflowEvent[dict[str, Any]] | None:
    """Build the event where every member has its type; None where one has not."""
    if type(data) is not dict:
        return None
    get = data.get
    event_id = get("event_id")
    event_type = get("event_type")
    workflow_id = get("workflow_id")
    workflow_run_id = get("workflow_run_id")
    occurred_at = get("occurred_at")
    payload = get("payload")
    if not (
        type(event_id) is str
        and event_id
        and type(event_type) is str
        and type(workflow_id) is str
        and type(workflow_run_id) is str
        and type(occurred_at) is str
        and type(payload) is dict
        and is_rfc_3339(occurred_at)
        and (len(event_id) <= _ID_CHARACTERS_SURELY_FIT or _fits(event_id))
    ):
        return None
    try:
        moment = moment_of(occurred_at)
    except ValueError:
        return None
    if len(data) == _REQUIRED:
        return WorkflowEvent(event_id, event_type, workflow_id, workflow_run_id, moment, payload)
    optional = get("idempotency_key"), get("correlation_id"), get("schema_version")
    for member in optional:
        if member is not None and type(member) is not str:
            return None
    extra = {name: data[name] for name in data if name not in _MEMBERS}
    return WorkflowEvent(
        event_id, event_type, workflow_id, workflow_run_id, moment, payload, *optional, extra
    )


def _reads_back(data: object, value: bytes) -> bool:
    """Whether *data* is written as it was read: then no number in it can have been changed.

    So it is for compact producers, and five times as quick as a look at the digits.
    """
    try:
        return dumps(data) == value
    except orjson.JSONEncodeError:
        return False


def _inexact(value: bytes) -> str | None:
    """Return what is wrong with the numbers of a JSON text; None where all are exact."""
    shapes = value.translate(_SHAPES, _SIGNS)
    if _LONG not in shapes and (_EXPONENT not in shapes or not _has_long_exponent(shapes)):
        return None
    try:
        inexact = inexact_number(value)
    except RecursionError:
        return "it is nested too deeply for its numbers to be checked"
    if inexact is None:
        return None
    return f"the number {inexact} cannot be kept exactly as a 64-bit number: send it as a string"


def _has_long_exponent(shapes: bytes) -> bool:
    return any(shape in shapes for shape in _LONG_EXPONENTS)


def _fits(event_id: str) -> bool:
    """Whether an id is within its bound."""
    return len(event_id.encode()) <= MAX_EVENT_ID_BYTES


def inexact_number(value: bytes) -> str | None:
    """Return the first number in a JSON text that a double or a 64-bit integer would change."""
    found: list[str] = []

    def integer(text: str) -> int:
        # Python refuses to convert integers of more than 4300 digits at all.
        if len(text) > 20 or int(text) not in _INTEGERS:
            found.append(text)
        return 0

    def real(text: str) -> float:
        number = float(text)
        # Without traps an exponent beyond Decimal's own bounds reads as NaN, which equals nothing.
        if number - number != 0 or Decimal(repr(number)) != Decimal(text, Context(traps=[])):
            found.append(text)
        return number

    json.loads(value, parse_int=integer, parse_float=real)
    return found[0][:64] if found else None


def _poison(message: str) -> Failure:
    return Failure(
        code="INVALID_INPUT",
        message=message,
        failure_class="permanent",
        rule="decode",
        type="DecodeError",
    )
