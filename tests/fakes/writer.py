"""How does a session write to the cluster in memory?"""

import asyncio
from collections.abc import Callable
from typing import Any

from consumer.ports import (
    CommitBatch,
    CommitReceipt,
    ProducerFencedError,
    RefusedError,
    SessionLostError,
)
from tests.fakes.kafka import BadRecordError, Connection, FencedError, MemoryKafka
from tests.fakes.requests import Fate, Request


class MemoryWriter:
    """One transactional producer; passes the contract of ``ports.Writer``."""

    def __init__(
        self,
        kafka: MemoryKafka,
        partition: int,
        connection: Connection | None = None,
        *,
        is_member: Callable[[], bool] = lambda: True,
    ) -> None:
        self._is_member = is_member
        self._kafka = kafka
        self._partition = partition
        self._connection = connection or Connection()
        self._id = f"everonce:{partition}"
        self._epoch = 0
        self._spent: str | None = None

    async def fence(self) -> None:
        self._epoch = await self._ask(Request("fence", *self._who(), self._take_id))

    async def commit(self, batch: CommitBatch) -> CommitReceipt:
        if self._spent is not None:
            raise SessionLostError("commit_failed", f"the writer is {self._spent}")
        request = Request("commit", *self._who(), lambda fate: self._write(batch, fate), batch)
        self._spent = "spent: a commit of it failed"
        receipt: CommitReceipt = await self._ask(request)
        self._spent = None
        return receipt

    async def close(self) -> None:
        self._spent = "closed"

    def _who(self) -> tuple[str, int]:
        return self._connection.name, self._partition

    async def _ask(self, request: Request) -> Any:
        if self._connection.is_cut:
            await self._connection.silence()
        try:
            async with asyncio.timeout(self._kafka.settings.commit.deadline):
                return await self._kafka.requests.answer(request)
        except TimeoutError:
            raise SessionLostError("deadline", "no answer within the deadline") from None
        except FencedError as error:
            raise ProducerFencedError(str(error)) from error
        except BadRecordError as error:
            raise RefusedError(error.role, str(error)) from error

    def _take_id(self, fate: Fate) -> int:
        del fate
        return self._kafka.fence(self._id)

    def _write(self, batch: CommitBatch, fate: Fate) -> CommitReceipt:
        """Do what the broker does with a commit that arrives."""
        kafka = self._kafka
        transaction, after = kafka.begin(self._id, self._epoch, self._partition, batch)
        if fate is Fate.PRODUCE_FAILED:
            kafka.time_out(self._id)
            raise SessionLostError("produce_failed", "a batch was not acknowledged")
        if fate is Fate.LEFT_OPEN:
            raise SessionLostError("deadline", "the connection was lost in the transaction")
        kafka.end(self._id, transaction)
        return CommitReceipt(after)


class MemoryIdempotentWriter(MemoryWriter):
    """One producer without transactions: results and letters, then entries, then offsets."""

    def _write(self, batch: CommitBatch, fate: Fate) -> CommitReceipt:
        kafka = self._kafka
        kafka.append("results", self._partition, batch.results)
        kafka.append("dlq", self._partition, batch.letters)
        kafka.append("audit", self._partition, batch.audits)
        for home, record in batch.homeward:
            kafka.append("control", home, [record])
        if fate is Fate.PRODUCE_FAILED:
            raise SessionLostError("produce_failed", "a batch was not acknowledged")
        after = kafka.append("state", self._partition, batch.entries)
        if fate is Fate.LEFT_OPEN or not self._is_member():
            raise SessionLostError("commit_failed", "the offsets were not committed")
        kafka.commit_offsets(batch.offsets)
        return CommitReceipt(after)
