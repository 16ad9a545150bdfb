"""How much may be in flight in this process?"""

from typing import Literal

from config.settings import ProcessingSettings, RetrySettings

Bound = Literal["records", "bytes", "waiting"]


class Bounds:
    """What is admitted and not yet committed, of all partitions together.

    A record counts from its admission to the answer of the commit that settles it, because until
    then it is held in memory.
    """

    __slots__ = (
        "_max_bytes",
        "_max_records",
        "_max_waiting",
        "bytes",
        "records",
        "starved",
        "waiting",
    )

    def __init__(self, processing: ProcessingSettings, retry: RetrySettings) -> None:
        self.records = 0
        self.bytes = 0
        self.waiting = 0
        """Events that wait in memory for their next attempt."""
        self.starved = False
        """Whether a partition was left out of a poll for want of room."""
        self._max_records = processing.max_in_flight_records
        self._max_bytes = processing.max_in_flight_bytes
        self._max_waiting = retry.max_waiting

    def room(self) -> int:
        """Return how many more records may be admitted now."""
        if self.reached() is not None:
            return 0
        return self._max_records - self.records

    def share(self, partitions: int) -> int:
        """Return how many records one of *partitions* may have in flight.

        Without a share of its own a partition with a long backlog would keep out the others.
        """
        return max(1, self._max_records // max(1, partitions))

    def reached(self) -> Bound | None:
        """Return which bound stops the intake; None when there is room."""
        if self.records >= self._max_records:
            return "records"
        if self.bytes >= self._max_bytes:
            return "bytes"
        if self.waiting >= self._max_waiting:
            return "waiting"
        return None
