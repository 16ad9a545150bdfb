"""How do very many letters get into their topic, with the ledger that knows them?

Built by production code once for each kind; what tells one letter from another is put in
afterwards, which is a hundred times as fast.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer

from consumer.core.dead_letter import LetterContext, build_letter
from consumer.core.failure import Failure
from consumer.core.ledger_entry import Entry, LetterMark, encode
from consumer.core.record import LogRecord
from consumer.core.retry import GiveUp
from consumer.core.timestamps import rfc3339
from tests.desk.events import PARTITIONS, event_value
from tests.desk.stage import Stage

KINDS = 60
"""Groups that the letters form."""
_NAME = b"event-0000000"
_BATCH_BYTES = 512 * 1024
_UNDER_WAY = 4
_HOURS = 48
"""Over so long the letters were given up."""
_MAX_BYTES = 1_000_000
_FINGERPRINT = "b1:0123456789abcdef0123456789abcdef"
_CODES = ("INVALID_INPUT", "SERVICE_UNAVAILABLE", "RATE_LIMITED", "TOKEN_EXPIRED", "TIMEOUT")


@dataclass(frozen=True, slots=True)
class _Template:
    """A letter in which name, id and moment are to be put."""

    value: bytes
    headers: list[tuple[str, bytes | None]]
    dlq_id: bytes
    moment: bytes


async def write_letters(stage: Stage, count: int) -> None:
    """Write *count* open letters and their ledger entries, spread over all partitions."""
    async with AIOKafkaProducer(
        bootstrap_servers=stage.bootstrap_servers,
        enable_idempotence=True,
        max_batch_size=_BATCH_BYTES,
        max_request_size=2 * _BATCH_BYTES,
    ) as producer:
        now = time.time()
        templates = [_template(kind, now) for kind in range(KINDS)]
        for partition in range(PARTITIONS):
            numbers = range(partition, count, PARTITIONS)

            def letters(numbers: range = numbers) -> Iterator[dict[str, Any]]:
                return (_letter(templates[n % KINDS], n, _moment(n, count, now)) for n in numbers)

            def entries(numbers: range = numbers) -> Iterator[dict[str, Any]]:
                return (_entry(n, _moment(n, count, now)) for n in numbers)

            await _send(producer, stage.topics.dlq, partition, letters)
            await _send(producer, stage.topics.state, partition, entries)
            stage.tell(f"{partition + 1} of {PARTITIONS} partitions are written")


def _template(kind: int, now: float) -> _Template:
    name = _NAME.decode()
    value = event_value(name, "permanent", kind, customer=f"customer-{kind}", lines=["a", "b"] * 8)
    record = LogRecord("orders", 0, kind, int(now * 1000), b"key", value)
    words = "".join(chr(ord("a") + int(digit)) for digit in f"{kind:03}")
    failure = Failure(
        _CODES[kind % len(_CODES)],
        f"system {words} refused order 4711 of {name}",
        "permanent",
        "explicit",
        "processors.contract.PermanentError",
        traceback="Traceback (most recent call last):\n" + '  File "worker.py", line 1\n' * 12,
    )
    letter = build_letter(
        record,
        event=None,
        ledger_key=f"e:{name}",
        give_up=GiveUp("permanent", failure, failure),
        history=None,
        context=LetterContext("orders.charge", "default", "everonce", "0.1.0"),
        max_bytes=_MAX_BYTES,
        now=now,
    )
    return _Template(
        letter.value, list(letter.headers), letter.dlq_id.encode(), rfc3339(now).encode()
    )


def _letter(template: _Template, number: int, moment: float) -> dict[str, Any]:
    dlq_id = _dlq_id(number).encode()
    value = template.value.replace(_NAME, b"event-%07d" % number)
    value = value.replace(template.dlq_id, dlq_id)
    value = value.replace(template.moment, rfc3339(moment).encode())
    headers = [
        (name, dlq_id if each == template.dlq_id else each) for name, each in template.headers
    ]
    return {"key": b"key-%d" % (number % 1000), "value": value, "headers": headers}


def _entry(number: int, moment: float) -> dict[str, Any]:
    mark = LetterMark((_dlq_id(number),), 1, "open", moment)
    entry = Entry(
        "dead_lettered", (_FINGERPRINT,), number // PARTITIONS, settled_at=moment, letter=mark
    )
    return {"key": b"e:event-%07d" % number, "value": encode(entry)}


def _dlq_id(number: int) -> str:
    return f"{number * 2654435761 % 2**32:08x}-0000-5000-8000-{number:012x}"


def _moment(number: int, count: int, now: float) -> float:
    return now - _HOURS * 3600 * (1 - number / count)


async def _send(
    producer: AIOKafkaProducer,
    topic: str,
    partition: int,
    records: Callable[[], Iterator[dict[str, Any]]],
) -> None:
    under_way: list[asyncio.Future[Any]] = []
    batch = producer.create_batch()
    for record in records():
        if batch.append(timestamp=None, **record) is None:
            batch.close()
            under_way.append(await producer.send_batch(batch, topic, partition=partition))
            batch = producer.create_batch()
            batch.append(timestamp=None, **record)
            if len(under_way) >= _UNDER_WAY:
                await under_way.pop(0)
    batch.close()
    under_way.append(await producer.send_batch(batch, topic, partition=partition))
    await asyncio.gather(*under_way)
