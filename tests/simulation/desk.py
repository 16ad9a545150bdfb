"""What can an operator see, and ask for?

Only what a read_committed reader sees; what is asked for is written to the control topic, where the
owner finds it whenever it comes to it.
"""

import json
from dataclasses import dataclass, replace
from typing import Any, Literal

from consumer.core.act import Act, control_record
from consumer.core.ledger_entry import Entry
from consumer.core.parked_event import copied
from consumer.core.record import LogRecord
from tests.builders import event_bytes
from tests.fakes.kafka import MemoryKafka
from tests.runtime.staging import ledger

Json = dict[str, Any]
ELSEWHERE = 9
"""Partition of the records of other systems' letters."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One act as it stands on the control topic."""

    act: Act
    partition: int
    offset: int
    about: tuple[str, int] | None = None
    """Event id and content of the record that comes with it, where it is an event."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What the dead-letter topic says of one letter."""

    dlq_id: str
    ledger_key: str
    partition: int
    source: tuple[int, int]
    """Partition and offset of its record."""
    event_id: str | None
    content: int
    """-1 of what is no event."""
    at: str


class Desk:
    """One operator of a cluster, who does not know what the owners know."""

    def __init__(self, kafka: MemoryKafka) -> None:
        self._kafka = kafka
        self.asked: list[Asked] = []
        """In the order of asking."""
        self.imported: dict[tuple[int, int], LogRecord] = {}
        """Records of letters that other systems wrote, by partition and offset."""

    @property
    def letters(self) -> list[Letter]:
        """Every letter that can be seen, of each partition the oldest first."""
        return [
            _letter(json.loads(record.value or b""), partition)
            for partition in range(self._kafka.partitions)
            for record in self._kafka.visible("dlq", partition)
        ]

    @property
    def parked(self) -> list[tuple[int, str, Entry]]:
        """Partition, ledger key and entry of each parked event that can be seen."""
        return [
            (partition, key, entry)
            for partition in range(self._kafka.partitions)
            for key, entry in ledger(self._kafka, partition).items()
            if entry.parked is not None
        ]

    def redrive(self, letter: Letter, edit: tuple[str, int] | None = None) -> Asked:
        """Ask for another run of a letter's event, perhaps *edit*ed to another id and content."""
        about = edit
        if edit is None and letter.event_id is not None:
            about = (letter.event_id, letter.content)
        record = self._record(letter.source)
        if edit is not None:
            record = replace(record, value=edited(*edit))
        act = self._act(
            "redrive", letter.ledger_key, letter.dlq_id, record=record, edited=edit is not None
        )
        return self.ask(act, letter.partition, about)

    def bring(self, key: bytes | None, about: tuple[str, int], partition: int) -> Asked:
        """Ask for a run of the event of a letter that another system wrote: its id decides."""
        offset = len(self.asked)
        place, now = (ELSEWHERE, offset), round(self._kafka.clock.now() * 1000)
        self.imported[place] = LogRecord("legacy", *place, now, key, edited(*about))
        name = f"letter-{offset}"
        act = self._act("redrive", None, name, record=self.imported[place])
        return self.ask(act, partition, about)

    def replay(self, partition: int, source: tuple[int, int], about: tuple[str, int]) -> Asked:
        """Ask for another run of the record at *source*, whatever is known of its event."""
        return self.ask(self._act("replay", record=self._record(source)), partition, about)

    def close(self, letter: Letter, kind: Literal["discard", "release"]) -> Asked:
        """Ask for the end of a letter, or of its hold on its key."""
        return self.ask(self._act(kind, letter.ledger_key, letter.dlq_id), letter.partition)

    def tend(self, partition: int, ledger_key: str, kind: Literal["now", "cancel"]) -> Asked:
        """Ask for the start or the end of a parked event."""
        return self.ask(self._act(kind, ledger_key), partition)

    def again(self, asked: Asked) -> Asked:
        """Ask for the same once more, as a desk does that was killed in between."""
        return self.ask(asked.act, asked.partition, asked.about)

    def ask(self, act: Act, partition: int, about: tuple[str, int] | None = None) -> Asked:
        """Write *act* to the control topic."""
        record = control_record(act)
        offset = self._kafka.publish(
            record.value,
            key=record.key,
            partition=partition,
            headers=tuple(record.headers),
            topic=self._kafka.settings.topics.control,
        )
        self.asked.append(Asked(act, partition, offset, about))
        return self.asked[-1]

    def _act(
        self,
        kind: Literal["redrive", "replay", "discard", "release", "now", "cancel"],
        ledger_key: str | None = None,
        dlq_id: str | None = None,
        *,
        record: LogRecord | None = None,
        edited: bool = False,
    ) -> Act:
        return Act(
            kind,
            f"act-{len(self.asked)}",
            "operator",
            "because",
            self._kafka.clock.now(),
            ledger_key,
            dlq_id,
            edited,
            record,
        )

    def _record(self, source: tuple[int, int]) -> LogRecord:
        if source in self.imported:
            return self.imported[source]
        partition, offset = source
        record = self._kafka.input(partition).at(offset)
        assert record is not None, source
        return copied(record)


def edited(event_id: str, content: int) -> bytes:
    """Return the value of an event of the world."""
    return event_bytes(event_id, payload={"content": content})


def _letter(members: Json, partition: int) -> Letter:
    source, event = members["source"], members["original_event"]
    is_event = isinstance(event, dict)
    return Letter(
        members["dlq_id"],
        members["ledger_key"],
        partition,
        (source["partition"], source["offset"]),
        event["event_id"] if is_event else None,
        event["payload"]["content"] if is_event else -1,
        members["timestamp"],
    )
