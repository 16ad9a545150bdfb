"""How do output records become record batches?"""

from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from config.settings import TopicSettings
from consumer.kafka.batches import MAX_BATCH_BYTES, Batch, Outputs, TopicLimits, batches
from consumer.ports import CommitBatch, OutputRecord, RefusedError

NOW = 1_700_000_000_000
FULL = 500


def creator(size: int = FULL) -> Callable[[], Any]:
    return lambda: BatchBuilder(size, 0, is_transactional=1)


def outputs(limits: TopicLimits | None = None, compression: str = "none") -> Outputs:
    return Outputs.of(TopicSettings(), limits or {}, compression)


def contents(batch: Batch) -> list[tuple[bytes | None, bytes | None, list[Any], int]]:
    records = MemoryRecords(bytes(batch.builder._build())).next_batch()
    return [(each.key, each.value, list(each.headers), each.timestamp) for each in records]


def test_nothing_to_write_is_no_batch() -> None:
    assert batches(CommitBatch(), outputs(), creator(), NOW) == []


def test_records_keep_key_value_headers_and_get_the_time_of_the_commit() -> None:
    headers = (("everonce-source", b"t/0/1"), ("none", None))
    commit = CommitBatch(
        results=[OutputRecord(b"k", b"v", headers), OutputRecord(None, b"w")],
        entries=[OutputRecord(b"gone", None)],
    )
    results, entries = batches(commit, outputs(), creator(), NOW)
    assert contents(results) == [(b"k", b"v", list(headers), NOW), (None, b"w", [], NOW)]
    assert contents(entries) == [(b"gone", None, [], NOW)]


def test_each_list_goes_to_its_topic() -> None:
    record = [OutputRecord(b"k", b"v")]
    built = batches(CommitBatch(record, record, record), outputs(), creator(), NOW)
    topics = TopicSettings()
    assert [(batch.role, batch.topic) for batch in built] == [
        ("results", topics.results),
        ("dlq", topics.dlq),
        ("state", topics.state),
    ]


def test_records_are_split_at_the_size_in_order_and_none_is_lost() -> None:
    records = [OutputRecord(b"%d" % number, b"x" * 100) for number in range(20)]
    built = batches(CommitBatch(entries=records), outputs(), creator(), NOW)
    assert len(built) > 1
    assert all(batch.builder.size() <= FULL for batch in built)
    assert sum(batch.records for batch in built) == 20
    keys = [key for batch in built for key, *_ in contents(batch)]
    assert keys == [record.key for record in records]


def test_first_batch_of_every_topic_comes_before_any_second() -> None:
    records = [OutputRecord(b"k", b"x" * 300)] * 3
    built = batches(CommitBatch(records, [], records[:1]), outputs(), creator(), NOW)
    assert [batch.role for batch in built] == ["results", "state", "results", "results"]


def test_record_above_the_limit_is_refused_with_size_and_limit() -> None:
    commit = CommitBatch(letters=[OutputRecord(b"k", b"small"), OutputRecord(b"k", b"x" * 2000)])
    with pytest.raises(RefusedError, match=r"20\d\d bytes.*max.message.bytes is 1000") as refusal:
        batches(commit, outputs({"dlq": 1000}), creator(), NOW)
    assert refusal.value.role == "dlq"


def test_record_that_fills_a_batch_alone_is_written_where_the_limit_allows_it() -> None:
    commit = CommitBatch(letters=[OutputRecord(b"k", b"x" * 2000)])
    (batch,) = batches(commit, outputs({"dlq": 3000, "results": 1000}), creator(), NOW)
    assert batch.records == 1


def test_size_at_the_limit_is_measured_as_sent() -> None:
    commit = CommitBatch(entries=[OutputRecord(b"k", b"x" * 2000)])
    (batch,) = batches(commit, outputs(), creator(), NOW)
    size = len(batch.builder._build())
    assert batches(commit, outputs({"state": size}), creator(), NOW)
    with pytest.raises(RefusedError):
        batches(commit, outputs({"state": size - 1}), creator(), NOW)


def test_large_record_is_left_to_the_broker_where_it_may_be_compressed() -> None:
    commit = CommitBatch(letters=[OutputRecord(b"k", b"x" * 2000)])
    assert batches(commit, outputs({"dlq": 1000}, "lz4"), creator(), NOW)


def test_record_that_cannot_be_encoded_is_refused() -> None:
    commit = CommitBatch(results=[OutputRecord(b"k", b"v", [("\ud800", b"")])])
    with pytest.raises(RefusedError, match="cannot be encoded") as refusal:
        batches(commit, outputs(), creator(), NOW)
    assert refusal.value.role == "results"


def test_batches_are_no_larger_than_the_smallest_topic_takes() -> None:
    assert outputs().max_batch_bytes == MAX_BATCH_BYTES
    assert outputs({"results": None, "dlq": None, "state": None}).max_batch_bytes == MAX_BATCH_BYTES
    small = {"results": 50_000, "dlq": 10_000_000, "state": None}
    assert outputs(small).max_batch_bytes == 50_000  # type: ignore[arg-type]
