"""How does what a session has decided become durable, all of it or nothing?"""

from collections.abc import Iterator
from dataclasses import replace

from consumer.core import parked_restore
from consumer.core.ledger_entry import Entry, answering, decode_entry, encode
from consumer.core.offsets import PartitionOffsets
from consumer.core.parked_lanes import ParkedLane
from consumer.core.progress import Progress, decode_progress
from tests.property.parking_world import Item, World, Write


class Commits:
    """What of a session waits for a commit, and what is known at its beginning."""

    def __init__(self, world: World) -> None:
        self.world = world
        progress = decode_progress(world.progress)
        self.offsets = PartitionOffsets(progress.next_input, progress.last)
        self.parked = parked_restore.restored_lanes(
            self.waiting(), ordering=world.ordering, next_seq=progress.next_seq, now=world.now
        )
        self.in_flight: dict[str, Item] = {}
        self.pending: list[Write] = []
        self.committing: tuple[list[Write], Progress] | None = None
        self.answered: dict[str, int] = {}
        """Highest offset of the duplicates of a parked event, by its ledger key."""

    def waiting(self) -> Iterator[tuple[str, int, Entry]]:
        for key, encoded in self.world.ledger.items():
            if parked_restore.may_wait(encoded):
                yield key, len(key) + len(encoded), decode_entry(encoded)

    def sent(self) -> list[Write]:
        """Return what is on its way."""
        return self.committing[0] if self.committing is not None else []

    def take(self) -> None:
        """Send what is pending."""
        writes = [self.with_passed(write) for write in self.pending]
        self.pending = []
        self.committing = (writes, self.progress())

    def progress(self) -> Progress:
        last = self.offsets.last_below
        return replace(
            decode_progress(self.world.progress),
            next_input=self.offsets.committable,
            last_offset=last.offset if last is not None else None,
            last_timestamp=last.timestamp if last is not None else None,
            next_seq=self.parked.next_seq,
        )

    def with_passed(self, write: Write) -> Write:
        """Pass the offsets that a write settles: the event's own, and those of its duplicates."""
        self.offsets.settle_all(write.passes)
        item = write.item
        if item is None:
            return write
        if item.is_open:
            self.offsets.settle(item.record.offset)
            item.is_open = False
        dropped, item.dropped = tuple(item.dropped or ()), None
        if not dropped:
            return write
        self.offsets.settle_all(dropped)
        raised = encode(answering(decode_entry(write.entry), max(dropped)))
        return write._replace(entry=raised, passes=dropped)

    def answer(self) -> None:
        """Learn that what was sent is visible."""
        assert self.committing is not None
        writes, progress = self.committing
        self.committing = None
        self.world.apply(writes, progress)
        for write in writes:
            item = write.item
            if item is None or self.in_flight.get(write.key) is not item:
                continue
            del self.in_flight[write.key]
            if item.dropped:
                # They came while their event was on its way.
                entry = decode_entry(write.entry)
                raised = encode(answering(entry, max(item.dropped)))
                if entry.parked is not None:
                    self.answered[write.key] = max(item.dropped)
                self.pending.append(Write(write.key, raised, passes=tuple(item.dropped)))
        self.parked.committed(write.key for write in writes if write.is_parking)

    @property
    def has_unread(self) -> bool:
        return self.offsets.next < len(self.world.log)

    @property
    def is_committed(self) -> bool:
        """Whether all that happened is durable, and only heads of parked lanes run."""
        return (
            not self.pending
            and self.committing is None
            and not self.in_flight
            and not self.answered
        )

    @property
    def is_at_rest(self) -> bool:
        return self.is_committed and not self.has_unread and not self.parked.lanes

    def holders(self) -> list[str]:
        """Return the keys of those whose letters hold lanes."""
        return [
            key
            for key, _, entry in self.waiting()
            if entry.status == "dead_lettered"
            and entry.holds is not None
            and entry.letter is not None
            and self.parked.held_by(entry.holds.lane) == entry.letter.dlq_ids[-1]
            and key not in self.in_flight
        ]

    def places(self) -> dict[ParkedLane, tuple[str | None, list[str | None]]]:
        """Return who holds each lane, and who waits in it."""
        return {
            lane: (
                self.parked.held_by(lane),
                [state.key, *(key for key, *_ in state.followers or ())],
            )
            for lane, state in self.parked.lanes.items()
        }
