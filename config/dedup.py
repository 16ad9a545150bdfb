"""What makes two events the same, and how long is that remembered?"""

import re
import string
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, PositiveInt

from config.durations import PositiveDuration
from config.policies import Frozen
from config.values import Names, empty_as_none, listed

TEMPLATE_FIELDS = frozenset(
    {
        "event_id",
        "idempotency_key",
        "correlation_id",
        "workflow_id",
        "workflow_run_id",
        "event_type",
        "fingerprint",
        "occurred_at",
    }
)
"""What a template of the dedup key may name."""

_DIRECTIVES = frozenset("aAbBcdfGHIjmMpSuUVwWxXyYzZ%")
"""Format codes that strftime knows everywhere (Python documentation, and ISO 8601 ones)."""


def _template(template: str) -> str:
    """Return *template* when a dedup key can be made with it."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ValueError(
            f"{template!r} is no template ({error}): double a brace that is meant as such"
        ) from None
    wrong = [problem for _, *field in parts for problem in _field_problems(*field)]
    if not wrong and all(name is None for _, name, _, _ in parts):
        wrong = [f"it names no field, so all events would be duplicates: use {_FIELDS}"]
    if wrong:
        raise ValueError("; ".join(wrong))
    return template


_FIELDS = " ".join(f"{{{name}}}" for name in sorted(TEMPLATE_FIELDS))


def _field_problems(name: str | None, spec: str | None, conversion: str | None) -> Iterator[str]:
    if name is None:
        return
    if name not in TEMPLATE_FIELDS:
        yield f"{{{name}}} is not a field: use {_FIELDS}"
    elif conversion:
        yield f"{{{name}!{conversion}}}: leave out !{conversion}"
    elif name != "occurred_at" and spec:
        yield f"{{{name}:{spec}}}: only occurred_at takes a format"
    elif name == "occurred_at":
        yield from _format_problems(spec or "")


def _format_problems(spec: str) -> Iterator[str]:
    codes = re.findall(r"%(.?)", spec, re.DOTALL)
    unknown = {f"%{code}" for code in codes if code not in _DIRECTIVES}
    if unknown:
        yield f"{{occurred_at:{spec}}}: {listed(unknown)} is no format code of strftime"
    elif spec and not set(codes) - {"%"}:
        yield (
            f"{{occurred_at:{spec}}} says nothing of the time: "
            "write the part that matters, {occurred_at:%Y-%m-%d}"
        )


Template = Annotated[str, AfterValidator(_template)]

OnConflict = Literal["dead_letter", "drop", "answer", "process"]
OnDuplicate = Literal["drop", "answer"]


class DedupSettings(Frozen):
    """What makes two events the same, and how long that is remembered."""

    key: Template = "{event_id}"
    """Template of the dedup key: {event_id}, {idempotency_key}, {correlation_id}, {workflow_id},
    {workflow_run_id}, {event_type}, {fingerprint}, {occurred_at:%Y-%m-%d}."""

    scope: Literal["topic", "partition"] = "topic"
    """How far duplicates of events without a key are recognised. topic: wherever they were
    published, each is brought to the partition that its id belongs to; partition: within one. Of
    events with a key, those with the same id and the same key."""

    window: PositiveDuration = 24 * 3600.0
    """How long a settled event is remembered at least."""

    max_entries: PositiveInt = 1_000_000
    """Entries per partition; beyond it the oldest settled ones are forgotten early, counted."""

    on_duplicate: Annotated[OnDuplicate | None, BeforeValidator(empty_as_none)] = None
    """drop a duplicate, or answer it with the stored result; drop, where key has {event_id}."""

    on_conflict: Annotated[OnConflict | None, BeforeValidator(empty_as_none)] = None
    """The same id with another content: dead_letter, where key has {event_id}, else answer."""

    on_resend: Literal["process", "drop"] = "process"
    """An event published again while its dead letter is open."""

    fingerprint_payload: bool = True
    """Whether the payload is part of what makes two events the same."""

    fingerprint_headers: Names = ()
    """Names of record headers that are part of it."""

    keep_result: bool = False
    """Whether the ledger keeps results, so that duplicates can be answered after the fact."""

    keep_result_max_bytes: PositiveInt = 16 * 1024
    """A larger result is kept as its hash only."""

    @property
    def by_event_id(self) -> bool:
        """Whether the template names the event itself, and not a trigger that many may claim."""
        return any(name == "event_id" for _, name, _, _ in string.Formatter().parse(self.key))

    @property
    def duplicates(self) -> OnDuplicate:
        """What on_duplicate means here."""
        return self.on_duplicate or ("drop" if self.by_event_id else "answer")

    @property
    def conflicts(self) -> OnConflict:
        """What on_conflict means here."""
        return self.on_conflict or ("dead_letter" if self.by_event_id else "answer")

    @property
    def keeps_results(self) -> bool:
        """Whether results are kept: asked for, or needed for answers."""
        return self.keep_result or "answer" in {self.duplicates, self.conflicts}
