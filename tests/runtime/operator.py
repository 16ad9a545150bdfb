"""What does an operator ask of a partition's owner, and what is heard of it?"""

import json
from dataclasses import replace
from itertools import count
from typing import Any

from consumer.core.act import Act, ActKind, control_record
from consumer.core.dead_letter_reading import original_record, read_letter
from consumer.core.record import LogRecord, TopicPartition
from tests.builders import NOW
from tests.fakes.kafka import MemoryKafka

_numbers = count(1)


def ask(kafka: MemoryKafka, act: Act, partition: int = 0) -> None:
    """Write *act* to the control topic."""
    record = control_record(act)
    kafka.publish(
        record.value,
        key=record.key,
        partition=partition,
        headers=list(record.headers),
        topic=kafka.settings.topics.control,
    )


def an_act(kind: ActKind, ledger_key: str | None, dlq_id: str | None = None) -> Act:
    """Return an act of its own id."""
    return Act(kind, f"act-{next(_numbers)}", "ann", "why not", NOW, ledger_key, dlq_id)


def about(
    kafka: MemoryKafka,
    kind: ActKind,
    number: int = -1,
    *,
    value: bytes | None = None,
    partition: int = 0,
) -> Act:
    """Return an act about a visible letter, the newest by default; *value* edits its record."""
    encoded = kafka.visible("dlq", partition)[number].value
    letter = read_letter(encoded or b"")
    act = an_act(kind, letter.ledger_key, letter.dlq_id)
    if kind != "redrive":
        return act
    record = original_record(letter)
    record = replace(record, headers=tuple(record.headers))
    if value is not None:
        record = replace(record, value=value)
    return replace(act, record=record, edited=value is not None)


def a_replay(record: LogRecord) -> Act:
    """Return an act that runs *record* of the input again."""
    return replace(an_act("replay", None), record=replace(record, headers=tuple(record.headers)))


def audits(kafka: MemoryKafka, partition: int = 0) -> list[dict[str, Any]]:
    """Return the visible audit records."""
    return [json.loads(record.value or b"") for record in kafka.visible("audit", partition)]


def outcomes(kafka: MemoryKafka, partition: int = 0) -> list[tuple[str, str]]:
    """Return act and outcome of the visible audit records, in order."""
    return [(each["act"], each["outcome"]) for each in audits(kafka, partition)]


def is_carried_out(kafka: MemoryKafka, partition: int = 0) -> bool:
    """Whether the group's offset has passed everything that was asked for."""
    place = TopicPartition(kafka.settings.topics.control, partition)
    return kafka.committed(place) == kafka.log(*place).end
