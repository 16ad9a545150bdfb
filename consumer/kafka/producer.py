"""What producer is under a writer, and how is it let go of at any moment?

The client's own ``stop`` flushes first: it waits for brokers that may be gone, to send what must
not be sent any more.  A writer has nothing to flush, since a commit waits for all of it, so its
producer is ended from the inside: its tasks are cancelled and its sockets closed.
"""

import asyncio
import contextlib
from collections.abc import Collection
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.producer.sender import Sender

from config.settings import Settings
from consumer.kafka.connection import producer_settings, started
from consumer.kafka.ending import end_client, end_tasks
from consumer.kafka.errors import CLIENT_ERRORS, consume, session_lost
from consumer.ports import SessionLostError

_ROUNDS = 10


class SessionProducer:
    """A producer of one session.

    Args:
        settings: Of the connection and its time limits.
        max_batch_bytes: At which a batch is full, before compression.
        transactional_id: None for a producer that is only idempotent.
    """

    def __init__(
        self, settings: Settings, max_batch_bytes: int, transactional_id: str | None
    ) -> None:
        self._kafka = settings.kafka
        self.name = transactional_id or "idempotent producer"
        self.client = AIOKafkaProducer(
            **producer_settings(settings, max_batch_bytes), transactional_id=transactional_id
        )
        self._sender = _EndableSender.in_place_of(self.client)
        self._manager = self.client._txn_manager  # noqa: SLF001
        self._is_closed = False

    async def start(self, topics: Collection[str], partition: int) -> None:
        """Connect, take the transactional id where there is one, and find the leaders.

        Raises:
            SessionLostError: Not done within kafka.connect_timeout, or not allowed.
        """
        doing = f"starting {self.name}"
        ends_at = asyncio.get_running_loop().time() + self._kafka.connect_timeout
        try:
            await started(self.client.start, self._kafka)
            async with asyncio.timeout_at(ends_at):
                # Else the first commit would have to wait for it.
                await self.client.client.set_topics(topics)
                for topic in topics:
                    if partition not in await self.client.partitions_for(topic):
                        raise SessionLostError("setup_failed", f"{doing}: no {topic}/{partition}")
        except CLIENT_ERRORS as error:
            raise session_lost(error, "setup_failed", doing) from error

    async def begin(self) -> None:
        """Begin a transaction; no request is made."""
        await self.client.begin_transaction()
        # Told of a failure too, which whoever waits for the sends never asks for.
        self._manager.wait_for_transaction_end().add_done_callback(consume)

    async def close(self) -> None:
        """Let go of every task and connection; never raises."""
        if self._is_closed:
            return
        self._is_closed = True
        self.client._closed = True  # noqa: SLF001 - or it warns that nobody closed it
        await self._sender.end()
        await end_client(self.client.client)
        waiter = self._manager.wait_for_transaction_end()
        if waiter is not None and waiter.done():
            consume(waiter)


class _EndableSender(Sender):  # type: ignore[misc]
    """The client's sender, which knows the tasks it has started, so that they can be ended."""

    _children: set[asyncio.Task[Any]]

    @classmethod
    def in_place_of(cls, producer: Any) -> "_EndableSender":
        """Put one of ours in the place of *producer*'s."""
        old = producer._sender  # noqa: SLF001
        new = cls(
            old.client,
            acks=old._acks,  # noqa: SLF001
            txn_manager=old._txn_manager,  # noqa: SLF001
            message_accumulator=old._message_accumulator,  # noqa: SLF001
            retry_backoff_ms=old._retry_backoff * 1000,  # noqa: SLF001
            request_timeout_ms=old._request_timeout_ms,  # noqa: SLF001
        )
        new._children = set()
        producer._sender = new  # noqa: SLF001
        return new

    async def end(self) -> None:
        """Cancel everything; never raises."""
        with contextlib.suppress(Exception):
            # A task that has not begun yet is known only once it has: a second round ends it.
            for _ in range(_ROUNDS):
                tasks = [*self._children, self._sender_task]
                if all(task is None or task.done() for task in tasks):
                    return
                await end_tasks(tasks)

    async def _send_produce_req(self, node_id: int, batches: Any) -> None:
        self._track(asyncio.current_task())
        await super()._send_produce_req(node_id, batches)

    def _maybe_do_transactional_request(self) -> asyncio.Task[Any] | None:
        task: asyncio.Task[Any] | None = super()._maybe_do_transactional_request()
        self._track(task)
        return task

    def _track(self, task: asyncio.Task[Any] | None) -> None:
        if task is not None:
            self._children.add(task)
            task.add_done_callback(self._children.discard)
            task.add_done_callback(consume)
