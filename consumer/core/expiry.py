"""Which settled entries may be forgotten?

The horizon pairs a moment with the high watermarks seen at it, of the input and of the control log.
Only when everything below them is committed may entries go that were out of their window at that
moment: an unread duplicate is never let through by lag or downtime of its partition.
"""

from consumer.core.ledger_entry import Entry


class Horizon:
    """A moment before which everything that was in the log has been settled and committed."""

    __slots__ = ("_control", "_seen_at", "_watermark", "reached")

    def __init__(self) -> None:
        self.reached: float | None = None
        """The newest such moment, seconds since the epoch; None at first."""
        self._seen_at: float | None = None
        self._watermark = 0
        self._control = 0

    @property
    def wants_watermark(self) -> bool:
        """Whether the last watermark was passed, so that a new one is worth asking for."""
        return self._seen_at is None

    def saw(self, watermark: int, now: float, control: int = 0) -> None:
        """Take note of the high watermarks of input and *control* log.

        *now* lies before they were asked for.
        """
        self._watermark, self._control, self._seen_at = watermark, control, now

    def committed(self, committable: int, control: int = 0) -> None:
        """Take note that *committable* is committed, and what of the *control* log."""
        if self._seen_at is None:
            return
        if committable >= self._watermark and control >= self._control:
            self.reached = self._seen_at
            self._seen_at = None


def may_expire(
    entry: Entry,
    *,
    horizon: float,
    window: float,
    letter_retention: float,
    committed_input: int,
) -> bool:
    """Whether *entry* may go.

    Args:
        entry: What would be forgotten.
        horizon: ``Horizon.reached``.
        window: Seconds a settled event is remembered at least.
        letter_retention: Seconds a dead letter is kept in its topic; entries that ever had one
            stay until the newest is past it.
        committed_input: Committed offset of the input partition.
    """
    if not entry.is_settled or entry.settled_at is None or entry.settled_at + window > horizon:
        return False
    if entry.input_offset is not None and entry.input_offset >= committed_input:
        return False
    return entry.letter is None or entry.letter.at + max(letter_retention, window) <= horizon


def may_evict(entry: Entry, *, committed_input: int) -> bool:
    """Whether *entry* may go early because the ledger is full."""
    if entry.status not in {"completed", "discarded"} or entry.letter is not None:
        return False
    return entry.input_offset is None or entry.input_offset < committed_input
