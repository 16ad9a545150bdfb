"""What does a webhook receive?"""

from typing import Literal, NamedTuple

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NonNegativeInt

from config.notify import NoticeKind
from consumer.core.exception_text import encodable
from consumer.core.notice import Notice, Severity
from consumer.core.timestamps import rfc3339

NOTICE_SCHEMA = "everonce.notice/1"


class _Part(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class NoticeSource(_Part):
    """Who tells: each process tells for itself."""

    consumer: str
    """Consumer group."""

    instance: str
    """Host and process."""

    version: str
    """Of Everonce."""


class NoticeRecord(_Part):
    """Something that people are told of without asking."""

    schema_: Literal["everonce.notice/1"] = Field(alias="schema")
    """Name and version of this form."""

    notice_id: str
    """Name of the notice; the same when it is delivered again."""

    kind: NoticeKind
    """What happened."""

    severity: Severity
    """How much it matters."""

    subject: str
    """What it is about: the same for all that is told of one group, breaker or partition, by all
    processes.  What to merge notices by."""

    at: AwareDatetime
    """When it was told."""

    summary: str
    """One sentence for people."""

    details: dict[str, str | int | float | None]
    """The same for machines; what there is goes by the kind."""

    repeated: NonNegativeInt
    """How often the same was seen of the subject since it was told of last."""

    source: NoticeSource
    """Who tells."""


class Posted(NamedTuple):
    """A notice, as it is posted."""

    notice_id: str
    body: bytes


def notice_body(notice: Notice, notice_id: str, at: float, source: NoticeSource) -> bytes:
    """Return what is posted; *at* is seconds since the epoch."""
    details = {
        name: encodable(value) if isinstance(value, str) else value
        for name, value in notice.details.items()
    }
    return orjson.dumps(
        {
            "schema": NOTICE_SCHEMA,
            "notice_id": notice_id,
            "kind": notice.kind,
            "severity": notice.severity,
            "subject": encodable(notice.subject),
            "at": rfc3339(at),
            "summary": encodable(notice.summary),
            "details": details,
            "repeated": notice.repeated,
            "source": source.model_dump(),
        },
    )
