"""Were all batches acknowledged?

The client's commit succeeds although a batch of the transaction has failed: it only fails that
batch's future.  So every future is awaited and looked at before anything is said to be done.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from consumer.kafka.errors import CLIENT_ERRORS, consume, session_lost
from consumer.ports import SessionLostError, TopicRole


@dataclass(frozen=True, slots=True)
class Send:
    """A batch on its way."""

    role: TopicRole
    topic: str
    records: int
    acknowledged: asyncio.Future[Any]
    """Answers with the client's record metadata."""


async def acknowledged(sends: Sequence[Send]) -> None:
    """Return once every batch is in its log; raise as soon as one of them is known not to be.

    Raises:
        SessionLostError: A batch failed; a refusal or a fence, where one of those is known, wins.
    """
    if not sends:
        return
    futures = [send.acknowledged for send in sends]
    await asyncio.wait(futures, return_when=asyncio.FIRST_EXCEPTION)
    failures = [failure for send in sends if (failure := _failure(send)) is not None]
    if failures:
        # Of several the one that says most: plain failures are often the consequence of it.
        raise next((each for each in failures if type(each) is not SessionLostError), failures[0])


def end_of(sends: Sequence[Send], role: TopicRole) -> int | None:
    """Return the offset after the last record of *role*, None where it is not known."""
    last = next((send for send in reversed(sends) if send.role == role), None)
    if last is None:
        return None
    offset: int = last.acknowledged.result().offset
    # A batch that the broker has had before is acknowledged without its offset.
    return None if offset < 0 else offset + last.records


def forget(sends: Sequence[Send]) -> None:
    """Let go of *sends*: nobody will look at their outcome."""
    for send in sends:
        send.acknowledged.cancel()
        if send.acknowledged.done():
            consume(send.acknowledged)


def _failure(send: Send) -> SessionLostError | None:
    future = send.acknowledged
    if not future.done() or future.cancelled():
        return None
    error = future.exception()
    if error is None:
        return None
    if not isinstance(error, CLIENT_ERRORS):
        raise error
    doing = f"writing {send.records} records to {send.topic}"
    return session_lost(error, "produce_failed", doing, send.role)
