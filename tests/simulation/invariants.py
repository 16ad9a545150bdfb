"""What must hold of everything visible, at any moment?"""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consumer.core.session_facts import PartitionRefused
from tests.fakes.kafka import MemoryKafka
from tests.runtime.staging import ledger
from tests.simulation.variants import WINDOW_SECONDS
from tests.simulation.world import Published, World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a read_committed reader sees, by the offset of the input record it is about."""

    results: list[tuple[int, Json]]
    letters: dict[int, list[Json]]
    parked: dict[int, str]
    """Ledger keys of parked events, by the offset of their record."""

    @classmethod
    def of(cls, kafka: MemoryKafka) -> "Outputs":
        """Read them."""
        results = [
            (int(record.headers[0][1].rpartition(b"/")[2]), json.loads(record.value or b""))
            for record in kafka.visible("results")
            if record.headers[0][1] is not None
        ]
        letters: defaultdict[int, list[Json]] = defaultdict(list)
        for record in kafka.visible("dlq"):
            letter = json.loads(record.value or b"")
            letters[letter["source"]["offset"]].append(letter)
        parked = {
            entry.parked.record.offset: key
            for key, entry in ledger(kafka).items()
            if entry.parked is not None
        }
        return cls(results, letters, parked)


def check(world: World) -> None:
    """Raise where something visible should not be, or something passed is not accounted for."""
    outputs = Outputs.of(world.kafka)
    if world.settings.processing.guarantee == "exactly_once":
        _one_outcome_per_record(outputs)
        _one_success_per_id(world, outputs)
        _results_in_key_order(world, outputs)
    _passed_records_are_accounted_for(world, outputs)
    _nothing_is_refused(world)
    assert not world.early, world.early


def check_rest(world: World) -> None:
    """Check what holds once everything is settled."""
    check(world)
    assert world.kafka.committed(world.kafka.input().place) == world.kafka.input().end


def _one_outcome_per_record(outputs: Outputs) -> None:
    seen: set[int] = set()
    for offset, result in outputs.results:
        assert offset not in seen, f"doubled: the record at {offset} has two results"
        seen.add(offset)
        if result["status"] == "error":
            ids = [letter["dlq_id"] for letter in outputs.letters[offset]]
            assert ids == [result["dlq_id"]], f"half a transaction is visible: {offset}"
    for offset, letters in outputs.letters.items():
        assert len(letters) <= 1, f"doubled: the record at {offset} has two letters"


def _one_success_per_id(world: World, outputs: Outputs) -> None:
    by_content = world.settings.dedup.conflicts == "process"
    last: dict[object, float] = {}
    for offset, result in outputs.results:
        if result["status"] != "success":
            continue
        record = world.published[_index(world, offset)]
        what = (record.event_id, record.content if by_content else None)
        settled = last.get(what)
        assert settled is None or record.at >= settled + WINDOW_SECONDS, (
            f"doubled: {what} succeeded again, of the record at {offset}"
        )
        last[what] = datetime.fromisoformat(result["finished_at"]).timestamp()


def _results_in_key_order(world: World, outputs: Outputs) -> None:
    last: dict[bytes, int] = {}
    for offset, result in outputs.results:
        key = world.published[_index(world, offset)].key
        if key is None or result["status"] == "duplicate":
            continue
        assert last.get(key, -1) < offset, f"out of key order: {offset} after {last[key]}"
        last[key] = offset


def _passed_records_are_accounted_for(world: World, outputs: Outputs) -> None:
    committed = world.kafka.committed(world.kafka.input().place) or 0
    answered = {offset: result["status"] for offset, result in outputs.results}
    known: set[tuple[str | None, int]] = set()
    for record in world.published:
        if record.offset >= committed:
            break
        assert _is_accounted_for(record, answered, outputs, known), (
            f"lost: {record} is passed by the committed offset {committed} and left no trace"
        )
        if answered.get(record.offset) in {"success", "error"} or record.offset in outputs.parked:
            known.add((record.event_id, record.content))


def _is_accounted_for(
    record: Published,
    answered: dict[int, str],
    outputs: Outputs,
    known: set[tuple[str | None, int]],
) -> bool:
    if record.is_tombstone:
        return True
    if record.event_id is None:
        return len(outputs.letters[record.offset]) >= 1
    if record.offset in outputs.parked:
        return True
    return record.offset in answered or (record.event_id, record.content) in known


def _nothing_is_refused(world: World) -> None:
    for owner in world.owners:
        refused = owner.process.told.of(PartitionRefused)
        assert not refused, refused


def _index(world: World, offset: int) -> int:
    # One log, written by the test alone and without transactions: offsets are places in the list.
    assert world.published[offset].offset == offset
    return offset
