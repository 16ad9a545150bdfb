"""Which ledgers outlive their sessions, so that only the difference is restored?

Rebalances of the classic protocol take every partition from everyone, and most come back at once.
Kept ones are bounded in number of entries and in age: a tombstone that was compacted away while
nobody looked would bring a forgotten entry back to life.
"""

from collections.abc import Callable

from consumer.ports import LedgerStore

KEPT_SECONDS = 600.0
"""Longer than any rebalance; far below half of the default ``delete.retention.ms`` (24 h)."""


class KeptLedgers:
    """Ledgers by partition, the newest within the bounds."""

    def __init__(
        self,
        *,
        max_entries: int,
        delete_retention_seconds: float,
        now: Callable[[], float],
    ) -> None:
        """Keep nothing yet.

        Args:
            max_entries: Of all kept ledgers together; beyond it the oldest go.
            delete_retention_seconds: Of the state topic: how long its tombstones can be read.
            now: Seconds since the epoch.
        """
        self._max_entries = max_entries
        self._max_age_seconds = min(KEPT_SECONDS, delete_retention_seconds / 2)
        self._now = now
        self._kept: dict[int, tuple[float, LedgerStore]] = {}
        self._taken_as_of: dict[int, float | None] = {}

    def keep(
        self,
        partition: int,
        ledger: LedgerStore | None,
        as_of: float | None = None,
    ) -> None:
        """Keep what a session has restored; nothing, where it had not come so far.

        Args:
            partition: Whose it is.
            ledger: The shard.
            as_of: When it last reflected the state topic, seconds since the epoch: not when the
                session ended, which may be long after for a process that was stopped.  None
                where nothing was read since it was taken from here.
        """
        self._kept.pop(partition, None)
        as_of = as_of or self._taken_as_of.pop(partition, None) or self._now()
        if ledger is None or ledger.progress is None:
            return
        self._kept[partition] = (as_of, ledger)
        while self._kept and sum(len(kept) for _, kept in self._kept.values()) > self._max_entries:
            del self._kept[next(iter(self._kept))]

    def take(self, partition: int) -> LedgerStore | None:
        """Return what was kept of *partition*, unless it is too old; it is then the caller's."""
        self._drop_old()
        as_of, ledger = self._kept.pop(partition, (None, None))
        self._taken_as_of[partition] = as_of
        return ledger

    def _drop_old(self) -> None:
        oldest = self._now() - self._max_age_seconds
        self._kept = {p: kept for p, kept in self._kept.items() if kept[0] >= oldest}
