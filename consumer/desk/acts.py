"""How is an act asked of a partition's owner, so that asking again is the same act?

Every run of the desk has a name, and an act is named after what it is about and the run: killed
and resumed, a run asks by the same names, and recognises on the control topic what it has asked
for already.  No file and no database remembers runs.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self
from uuid import UUID, uuid5

from config.settings import Settings
from consumer.core.act import Act, ActKind, NotAnActError, control_record, read_act
from consumer.core.record import source_of
from consumer.desk.errors import DeskError
from consumer.kafka.publish import Publisher
from consumer.kafka.tap import Tap

_NAMESPACE = UUID("6f6cbb6e-3a5d-5f0f-9d0e-0b1f5f5b6a51")
_RUN = re.compile(r"(\d{8}T\d{6}Z)-[0-9a-f]{6}")
_RUN_FORM = "%Y%m%dT%H%M%SZ"
OWN_CLOCK_SECONDS = 60.0
"""How far the desk's clock may have been set back since a run began."""


class NoRunError(DeskError):
    """A text that names no run."""


def new_run(now: float, token: str) -> str:
    """Return the name of a run that begins at *now*; *token* is six random hexadecimal digits."""
    return f"{datetime.fromtimestamp(now, UTC):{_RUN_FORM}}-{token}"


def run_began(run: str) -> float:
    """Return when *run* began, in seconds since the epoch.

    Raises:
        NoRunError: It names none.
    """
    found = _RUN.fullmatch(run)
    if found is None:
        raise NoRunError(f"{run!r} is no name of a run: they look like 20260131T235959Z-4f1c2a")
    try:
        return datetime.strptime(found[1], _RUN_FORM).replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise NoRunError(f"{run!r} is no name of a run: {error}") from error


def act_id(kind: ActKind, subject: str, run: str) -> str:
    """Return the name of an act.

    Args:
        kind: What is asked for.
        subject: The dlq_id, ledger key or record that it is about.
        run: Of which run.
    """
    return str(uuid5(_NAMESPACE, f"{kind}\n{subject}\n{run}"))


def light(act: Act) -> Act:
    """Return *act* with no more of its record than its name is made of.

    A run of a million acts keeps those that are under way.
    """
    if act.record is None or act.dlq_id is not None:
        return replace(act, record=None)
    return replace(act, record=replace(act.record, key=None, value=None, headers=()))


def subject_of(act: Act) -> str:
    """Return what *act* is about, as its name is made of it."""
    if act.record is not None and act.dlq_id is None:
        return source_of(act.record)
    return act.dlq_id or act.ledger_key or ""


@dataclass(frozen=True, slots=True)
class Request:
    """An act, and whose it is."""

    act: Act
    partition: int
    """Of the input, and so of the control topic: its owner carries the act out."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An act that stands on the control topic."""

    act: Act
    """Light."""
    partition: int
    offset: int


class Acts:
    """The control topic, written by the desk; ``async with`` connects.

    Args:
        settings: The deployment's.
        largest: Most bytes of one act.
        confirmed: Told of each act once every in-sync replica has it.

    Raises:
        ConnectionError: On entering, no broker answered in time.
        TopicMissingError: On entering, there is no control topic.
    """

    def __init__(
        self, settings: Settings, largest: int, confirmed: Callable[[Asked], None]
    ) -> None:
        self._publisher = Publisher(settings.kafka, settings.topics.control, largest)
        self._confirmed = confirmed

    async def __aenter__(self) -> Self:
        await self._publisher.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._publisher.__aexit__(*error)

    async def ask(self, request: Request) -> None:
        """Hand an act over; it may be asked for once this was called, and is after ``flush``.

        Raises:
            RecordRefusedError: It is larger than a request may be: it is not asked for.
            PublishError: A delivery failed.
        """
        act = request.act
        record = control_record(act)
        if record.key is None and record.value is None:
            # The client sends no record without both; whoever reads an act without a record looks
            # at neither.
            record = record._replace(key=act.act_id.encode())

        def note(partition: int, offset: int) -> None:
            self._confirmed(Asked(light(act), partition, offset))

        await self._publisher.publish(record, note, partition=request.partition)

    async def flush(self) -> None:
        """Return when every act that was handed over stands on the control topic.

        Raises:
            PublishError: A delivery failed, or was not confirmed within 30 s.
        """
        await self._publisher.flush()


async def asked_before(tap: Tap, settings: Settings, run: str) -> Mapping[str, Asked]:
    """Return the acts of *run* that stand on the control topic, by act id.

    Raises:
        NoRunError: There is no such run.
        TapError: The control topic cannot be read.
    """
    topic = settings.topics.control
    found: dict[str, Asked] = {}
    spans = await tap.since(topic, run_began(run) - OWN_CLOCK_SECONDS)
    async for records in tap.read(topic, spans):
        for record in records:
            try:
                act = read_act(record)
            except NotAnActError:
                continue
            if act.act_id == act_id(act.kind, subject_of(act), run):
                asked = Asked(light(act), record.partition, record.offset)
                found.setdefault(act.act_id, asked)
    return found
