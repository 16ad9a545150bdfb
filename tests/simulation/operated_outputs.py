"""What can a read_committed reader see of a world with an operator?"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consumer.core.act import NotAnActError, read_act
from consumer.core.ledger_entry import Entry
from tests.runtime.staging import ledger
from tests.simulation.desk import Letter
from tests.simulation.operated_world import OperatedWorld

Json = dict[str, Any]
Place = tuple[int, int]
"""Partition and offset."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a read_committed reader sees of all partitions."""

    results: list[tuple[Place, Json]]
    """By partition and offset of the record that each is about."""
    letters: list[Letter]
    ledgers: list[dict[str, Entry]]
    audits: list[Json]
    homeward: list[Place]
    """The records that were brought to another partition."""

    @classmethod
    def of(cls, world: OperatedWorld) -> "Seen":
        """Read them."""
        kafka, numbers = world.kafka, range(world.partitions)
        results = [
            (_place(record.headers[0][1] or b""), json.loads(record.value or b""))
            for number in numbers
            for record in kafka.visible("results", number)
        ]
        audits = [json.loads(r.value or b"") for n in numbers for r in kafka.visible("audit", n)]
        return cls(
            results,
            world.desk.letters,
            [ledger(kafka, number) for number in numbers],
            audits,
            [place for number in numbers for place in _homeward(world, number)],
        )

    @property
    def entries(self) -> list[Entry]:
        """Every entry of every ledger."""
        return [entry for shard in self.ledgers for entry in shard.values()]

    def told(self, *outcomes: str) -> list[Json]:
        """Return the audit records with one of *outcomes*."""
        return [audit for audit in self.audits if audit["outcome"] in outcomes]


def _homeward(world: OperatedWorld, partition: int) -> list[Place]:
    log = world.kafka.log(world.settings.topics.control, partition)
    places = []
    for record in log.read(0)[0]:
        try:
            act = read_act(record)
        except NotAnActError:
            continue
        if act.kind == "home" and act.record is not None:
            places.append((act.record.partition, act.record.offset))
    return places


def _place(source: bytes) -> Place:
    _, partition, offset = source.decode().rsplit("/", 2)
    return int(partition), int(offset)


def seconds_of(moment: str) -> float:
    """Return a time of a result in seconds since the epoch."""
    return datetime.fromisoformat(moment).timestamp()
