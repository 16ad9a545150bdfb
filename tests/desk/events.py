"""Which events does a run publish, and what becomes of them until somebody helps?

The kinds that fail, each a fifth or so of the letters:

``permanent``  the code does not know a country; mended by a new version
``data``       a payload that no code can take; mended by an edit
``exhausted``  every attempt fails; mended by a new version
``unknown``    nobody has written its processor yet; mended by a new version
``poison``     a record that is no event: its last brace is missing; mended by an edit
``conflict``   an id that another event had before; mended by an edit, or discarded
``later``      no letter yet: parked for an hour; cancelled, or started by hand
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from tests.faults.load import PlannedRecord

PARTITIONS = 4
_KEYS = 200
_SPREAD = 7919  # prime: consecutive events have different keys


@dataclass(frozen=True, slots=True)
class Mix:
    """How many events there are of each kind."""

    plain: int
    permanent: int = 0
    data: int = 0
    exhausted: int = 0
    unknown: int = 0
    poison: int = 0
    conflict: int = 0
    """Each is two records; only the second becomes a letter."""
    later: int = 0

    @property
    def letters(self) -> int:
        """Letters that they become, those that are cancelled not counted."""
        return sum(self.by_kind.values())

    @property
    def by_kind(self) -> Mapping[str, int]:
        """Letters by kind."""
        return {
            "permanent": self.permanent,
            "data": self.data,
            "exhausted": self.exhausted,
            "unknown": self.unknown,
            "poison": self.poison,
            "conflict": self.conflict,
        }


def planned(mix: Mix) -> list[PlannedRecord]:
    """Return the records of *mix* in the order in which they are published, the kinds mixed."""
    found: list[tuple[float, PlannedRecord]] = []
    number = 0
    kinds = {"plain": mix.plain, **mix.by_kind, "later": mix.later}
    for kind, count in kinds.items():
        for index in range(count):
            number += 1
            # Spread evenly over the whole run; of a conflict the second record comes later.
            place = (index + 0.5) / count
            found += [(place + step, each) for step, each in enumerate(records_of(kind, number))]
    return [record for _, record in sorted(found, key=lambda each: each[0])]


def records_of(kind: str, number: int) -> list[PlannedRecord]:
    """Return what event *number* of *kind* publishes."""
    key = b"key-%03d" % (number * _SPREAD % _KEYS)
    partition = zlib.crc32(key) % PARTITIONS
    name = event_id(kind, number)
    value = event_value(name, kind, number)
    match kind:
        case "poison":
            return [PlannedRecord(partition, key, value[:-1], None)]
        case "conflict":
            other = event_value(name, kind, number, note="something else")
            return [
                PlannedRecord(partition, key, value, name),
                PlannedRecord(partition, key, other, name),
            ]
        case _:
            return [PlannedRecord(partition, key, value, name)]


def event_id(kind: str, number: int) -> str:
    """Return the id of event *number*."""
    return f"{kind}-{number:05}"


def event_value(name: str, kind: str, number: int, **payload: object) -> bytes:
    """Return event *name*."""
    if kind == "data":
        payload["amount"] = -number
    event_type = "plain" if kind in {"poison", "conflict"} else kind
    return orjson.dumps(
        {
            "event_id": name,
            "event_type": f"desk.{event_type}",
            "workflow_id": f"workflow-{number % 97}",
            "workflow_run_id": f"run-{number % 13}",
            "occurred_at": "2026-01-01T00:00:00Z",
            "payload": {"number": number, **payload},
        }
    )
