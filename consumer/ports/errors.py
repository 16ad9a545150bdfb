"""What may go wrong behind a port, and what does it ask of the runtime?

The tree of all errors is drawn in ``consumer.core.failure``.
"""

from consumer.core.output import TopicRole


class SourceError(Exception):
    """The client failed in a poll: positions are unknown, seek every partition back."""


class SessionLostError(Exception):
    """Not done, or not known to be done: drop the session, fence, restore, re-read.

    Args:
        reason: A word of a closed set, for metrics: produce_failed, commit_failed, deadline, ...
        message: What happened, with values.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ProducerFencedError(SessionLostError):
    """Another producer has taken the transactional id: fence again only as a living member."""

    def __init__(self, message: str) -> None:
        super().__init__("fenced", message)


class RefusedError(SessionLostError):
    """The broker refused the records themselves, and would refuse them again.

    Args:
        role: The topic that refused.
        message: The broker's words.
    """

    def __init__(self, role: TopicRole, message: str) -> None:
        super().__init__("refused", message)
        self.role = role


class StragglerError(Exception):
    """A timed-out attempt cannot be ended: the process must, or the event could run twice."""
