"""Which of our errors is an error of the client?

The reaction decides (``consumer.core.failure``): a refusal is remembered, a fenced producer asks
whether we are still a member, everything else is a session that starts anew.
"""

from collections.abc import Iterator
from typing import Any, Literal

from aiokafka.errors import (
    BrokerResponseError,
    CommitFailedError,
    IllegalOperation,
    InvalidProducerEpoch,
    InvalidTimestampError,
    KafkaError,
    MessageSizeTooLargeError,
    ProducerFenced,
    RecordListTooLargeError,
    kafka_errors,
)

from consumer.ports import ProducerFencedError, RefusedError, SessionLostError, TopicRole

LostReason = Literal["setup_failed", "produce_failed", "commit_failed", "deadline"]
"""Why a session is lost, next to ``fenced`` and ``refused``, which have classes of their own."""


class InvalidRecordError(BrokerResponseError):  # type: ignore[misc]
    """The broker will not have the record itself: to a compacted topic without a key, say."""

    errno = 87
    message = "INVALID_RECORD"
    description = "This record has failed the validation on the broker and is rejected"


# The client does not know code 87 and answers it as an unknown server error, which is no refusal.
kafka_errors.setdefault(InvalidRecordError.errno, InvalidRecordError)

_REFUSALS = (
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    InvalidTimestampError,
    InvalidRecordError,
)

CLIENT_ERRORS = (
    KafkaError,
    IllegalOperation,
    AssertionError,  # how the client says that it is in another state; fatal to it, not to us
    OSError,
    ValueError,
)
"""What a call of the client raises when it fails; a TimeoutError is an OSError."""


def session_lost(
    error: BaseException, reason: LostReason, doing: str, role: TopicRole | None = None
) -> SessionLostError:
    """Return our error for *error*.

    Args:
        error: What the client raised; its causes are looked at too.
        reason: The word for metrics where neither fenced nor refused fits.
        doing: What was tried, for the message: "committing workflow-events/3".
        role: The topic that was written to, where one was.
    """
    if isinstance(error, SessionLostError):
        return error
    message = f"{doing}: {described(error)}"
    chain = list(_causes(error))
    if any(isinstance(each, (ProducerFenced, InvalidProducerEpoch)) for each in chain):
        return ProducerFencedError(f"{message}; another owner has the partition, or we were late")
    if any(isinstance(each, CommitFailedError) for each in chain):
        return ProducerFencedError(f"{message}; the group has given the partition to another")
    if role is not None and any(isinstance(each, _REFUSALS) for each in chain):
        return RefusedError(role, message)
    if isinstance(error, TimeoutError) and reason != "setup_failed":
        return SessionLostError("deadline", message)
    return SessionLostError(reason, message)


def described(error: BaseException) -> str:
    """Return the error in one line; the client wraps the telling one into a bland one."""
    return " <- ".join(_line(each) for each in _causes(error))


def consume(future: Any) -> None:
    """Take note of a future's exception, so that asyncio does not log it as never retrieved."""
    if not future.cancelled():
        future.exception()


def _line(error: BaseException) -> str:
    name, text = type(error).__name__, str(error)
    if isinstance(error, TimeoutError) and not text:
        return "no answer in time"
    # The client's own errors begin with their name already.
    return text if name in text else f"{name}: {text}".rstrip(": ")


def _causes(error: BaseException) -> Iterator[BaseException]:
    each: BaseException | None = error
    while each is not None:
        yield each
        each = each.__cause__
