"""What does one session know of its partition?

Owned by one session and dropped with it; only the ledger, the refusals and what is on the broker
outlive it.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Any

from consumer.core.dedup_key import CONTENT_PREFIX, content_key
from consumer.core.expiry import Horizon
from consumer.core.in_flight import InFlight
from consumer.core.lanes import Lanes
from consumer.core.ledger_entry import Entry, decode_entry
from consumer.core.offsets import PartitionOffsets
from consumer.core.open_letters import OpenLetters
from consumer.core.output import OutputRecord
from consumer.core.parked_lanes import ParkedLanes
from consumer.core.progress import Progress
from consumer.core.quarantine import Quarantine
from consumer.core.record import Record, record_bytes
from consumer.core.refusals import Refusals
from consumer.core.settlement import Settled
from consumer.ports import LedgerStore, SessionLostError
from consumer.runtime.bounds import Bounds
from consumer.runtime.pending import Pending
from processors.contract import WorkflowEvent


class Notice:
    """Something that happens again and again, and may be waited for."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    def tell(self) -> None:
        """Wake everyone who waits."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)

    async def wait(self) -> None:
        """Wait until it happens next."""
        each: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(each)
        await each


class PartitionState:
    """Records in flight, lanes, the ledger, and what is pending."""

    def __init__(  # noqa: PLR0913 - what a session is set up with, by name
        self,
        partition: int,
        *,
        progress: Progress,
        ledger: LedgerStore,
        refusals: Refusals,
        bounds: Bounds,
        parked: ParkedLanes,
        open_letters: OpenLetters,
        quarantine: Quarantine,
        reads_control: bool,
    ) -> None:
        self.partition = partition
        self.progress = progress
        self.offsets = PartitionOffsets(progress.next_input, progress.last)
        self.next_control = progress.next_control
        """Where the next owner reads the control log: what is below it has been carried out."""
        self.reads_control = reads_control
        self.ledger = ledger
        self.refusals = refusals
        self.bounds = bounds
        self.lanes: Lanes[InFlight] = Lanes()
        self.in_flight: dict[str, InFlight] = {}
        """By ledger key, the newest of each; an id stays until its commit has succeeded."""
        self.judged = ledger.judged(progress.topic, partition, progress.next_input)
        self.pending = Pending()
        self.parked = parked
        self.open_letters = open_letters
        self.quarantine = quarantine
        self.is_watching = not quarantine.is_over(progress.next_input)
        """Whether records that are read may have been in flight at a death."""
        self.commits = Notice()
        self.committing: Callable[[], Collection[str]] | None = None
        """Returns the ledger keys of which something is on its way; None while nothing is."""
        self.due = asyncio.Event()
        """Set when something may have become due earlier than was known."""
        self.horizon = Horizon()
        self.lost: SessionLostError | None = None
        """Why the session cannot go on, where something else than a commit found out."""
        self.full = False
        """Whether the ledger is at its bound and nothing in it may be forgotten."""
        self.held_records = 0
        self.held_bytes = 0
        self._changed = asyncio.Event()
        self._reconsider = asyncio.Event()
        self._is_pressed = False

    def hold(self, records: int, weight: int) -> None:
        """Count records as in flight."""
        self.held_records += records
        self.held_bytes += weight
        self.bounds.records += records
        self.bounds.bytes += weight

    def release(self, records: int, weight: int) -> None:
        """Count records as no longer in flight."""
        self.held_records -= records
        self.held_bytes -= weight
        self.bounds.records -= records
        self.bounds.bytes -= weight

    def release_all(self) -> None:
        """Count everything of this session as no longer in flight: it ended."""
        self.release(self.held_records, self.held_bytes)

    def newest(self, key: str) -> bytes | None:
        """Return the entry of *key* as it will be once all that is pending is committed."""
        return self.pending.journal.get(key) or self.ledger.get(key)

    def known(self, key: str) -> Entry | None:
        """Return what ``newest`` says of *key*; None where nothing is known."""
        encoded = self.newest(key)
        return None if encoded is None else decode_entry(encoded)

    def known_as(self, key: str, fingerprint: str) -> str:
        """Return the ledger key of an event where other contents of an id are events as well.

        One that was known by its content when it was judged first is none of what its id has
        become since.
        """
        own = content_key(key, fingerprint)
        if key.startswith(CONTENT_PREFIX) or not (own in self.in_flight or self.newest(own)):
            return key
        return own

    def defer(
        self,
        item: InFlight,
        record: Record,
        event: WorkflowEvent[Any],
        parked_key: str | None = None,
    ) -> None:
        """Let a duplicate wait for the commit of *item*, to be answered with its outcome."""
        if item.deferred is None:
            item.deferred = []
        item.deferred.append((record, event, parked_key))
        self.hold(1, record_bytes(record))

    def ignore_deferred(self, item: InFlight) -> None:
        """Pass the duplicates of an event that nobody wants."""
        self.offsets.settle_all(item.dropped or ())
        for record, _, parked_key in item.deferred or ():
            if parked_key is None:
                self.offsets.settle(record.offset)
            else:
                self.pending.forgotten.append(parked_key)
            self.release(1, record_bytes(record))

    def answer_deferred(self, record: Record, output: OutputRecord, parked_key: str | None) -> None:
        """Answer a duplicate that waited: in the transaction that passes or forgets it."""
        if parked_key is None:
            self.offsets.settle(record.offset)
            self.pending.answer(record.offset, output)
        else:
            self.pending.say(output, parked_key)
        self.release(1, record_bytes(record))
        self.signal()

    def committed(self, progress: Progress, settled: Sequence[Settled]) -> None:
        """Take note that a group commit is visible."""
        self.progress = progress
        self.ledger.progress = progress
        self.horizon.committed(progress.next_input, progress.next_control)
        self.is_watching = self.is_watching and not self.quarantine.is_over(progress.next_input)
        if self.refusals.any:
            self.refusals.settled([done.position for done in settled])
        self.release(len(settled), sum([done.weight for done in settled]))

    def put_back(self, now: float) -> None:
        """Put keys that were to be forgotten back: the ledger may outlive this session."""
        for key in self.pending.forgotten:
            self.ledger.defer(key, now)

    def has_moved(self) -> bool:
        """Whether the group should hear of a newer offset."""
        return (
            self.offsets.committable != self.progress.next_input
            or self.next_control != self.progress.next_control
        )

    def lose(self, error: SessionLostError) -> None:
        """Let the group commit end the session with *error*."""
        self.lost = error
        self.press()

    def is_pending(self, key: str) -> bool:
        """Whether something of *key* is not committed yet."""
        pending = self.pending
        return (
            key in pending.journal
            or key in pending.arrived
            or key in pending.parked
            or any(done.key == key for done in pending.settled)
            or (self.committing is not None and key in self.committing())
        )

    def due_changed(self) -> None:
        """Let whoever starts parked events look again."""
        self.due.set()

    def signal(self) -> None:
        """Tell the group commit that there is something new."""
        self._changed.set()

    def press(self) -> None:
        """Tell the group commit not to wait for company."""
        self._is_pressed = True
        self._changed.set()
        self._reconsider.set()

    def relax(self) -> None:
        """Forget a ``press``: what it was about is being committed."""
        self._is_pressed = False
        self._reconsider.clear()

    def rest(self) -> None:
        """Tell a group commit that waits for company to ask again whether any will come."""
        self._reconsider.set()

    async def changed(self, timeout_seconds: float | None) -> None:
        """Wait for ``signal``, the timeout at most; it counts once."""
        await _wait(self._changed, timeout_seconds)
        self._changed.clear()

    async def pressed(self, timeout_seconds: float) -> bool:
        """Wait for ``press`` or ``rest``, the timeout at most; whether it was a ``press``."""
        await _wait(self._reconsider, timeout_seconds)
        self._reconsider.clear()
        return self._is_pressed


async def _wait(event: asyncio.Event, timeout_seconds: float | None) -> None:
    try:
        async with asyncio.timeout(timeout_seconds):
            await event.wait()
    except TimeoutError:
        return
