"""What is published follows from the seed, with the shares that the plan asks for."""

from collections import Counter
from itertools import islice

import orjson

from tests.faults.load import LoadPlan, PlannedRecord, planned_records

_PLAN = LoadPlan(seed=7, records=0)


def _records(plan: LoadPlan = _PLAN, count: int = 5_000) -> list[PlannedRecord]:
    return list(islice(planned_records(plan), count))


def test_the_same_seed_gives_the_same_records() -> None:
    assert _records() == _records()


def test_another_seed_gives_others() -> None:
    assert _records()[0] != _records(LoadPlan(seed=8, records=0))[0]


def test_a_tenth_of_the_ids_was_there_before() -> None:
    ids = Counter(record.event_id for record in _records() if record.event_id is not None)

    assert 400 < ids.total() - len(ids) < 600


def test_a_duplicate_is_the_same_record_once_more() -> None:
    by_id: dict[str, set[PlannedRecord]] = {}
    for record in _records():
        if record.event_id is not None:
            by_id.setdefault(record.event_id, set()).add(record)

    assert all(len(records) == 1 for records in by_id.values())


def test_events_spread_over_keys_and_partitions() -> None:
    records = _records()

    assert len({record.key for record in records}) > 200
    assert {record.partition for record in records} == {0, 1, 2, 3}


def test_a_key_stays_in_its_partition() -> None:
    partitions: dict[bytes, set[int]] = {}
    for record in _records():
        if record.key is not None:
            partitions.setdefault(record.key, set()).add(record.partition)

    assert all(len(each) == 1 for each in partitions.values())


def test_every_kind_of_event_comes() -> None:
    kinds = Counter(
        orjson.loads(record.value)["event_type"] for record in _records() if record.event_id
    )

    assert {kind.removeprefix("fault.") for kind in kinds} == {
        "plain",
        "transient",
        "permanent",
        "exhausted",
        "oversized",
    }
    assert any(record.event_id is None for record in _records())
    assert any(record.key is None for record in _records())
