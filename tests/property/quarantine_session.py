"""How will the runtime find out which event kills the process?

The session of the parking stories, with the precautions of the quarantine before each attempt.
"""

from dataclasses import replace

from consumer.core.parked_event import Crash
from consumer.core.parking import announced
from consumer.core.precaution import Precaution
from consumer.core.progress import Progress, decode_progress, encode_progress
from consumer.core.quarantine import Quarantine, after_end, charged
from tests.property.parking_session import Session
from tests.property.parking_world import Item, World, Write

MAX_IN_FLIGHT = 4


class WatchedSession(Session):
    """A session of the process *instance*; it has the process for itself."""

    def __init__(self, world: World, instance: str) -> None:
        found = decode_progress(world.progress)
        first = after_end(found, instance=instance, log_end=len(world.log))
        first = replace(first, epoch=found.epoch + 1, clean=False, instance=instance)
        world.progress = encode_progress(first)
        self.quarantine = Quarantine(first, MAX_IN_FLIGHT)
        self.announcing: list[Item] = []
        self.waiting_alone: list[Item] = []
        self.alone: Item | None = None
        super().__init__(world)

    @property
    def has_room(self) -> bool:
        return self.has_unread and len(self.in_flight) < MAX_IN_FLIGHT

    @property
    def may_run(self) -> list[Item]:
        """Return whose attempts may go on; who waits alone is waited for."""
        if self.alone is not None:
            return [item for item in self.running if item is self.alone]
        return self.running

    def admit(self, item: Item) -> None:
        item.precaution = self.quarantine.of_admitted(item.record.offset, item.prior)
        super().admit(item)

    def begin(self, item: Item) -> None:
        if not item.is_open:
            assert item.prior is not None
            item.precaution = self.quarantine.of_parked(item.prior)
        match item.precaution:
            case Precaution.NONE:
                super().begin(item)
            case Precaution.GROUP:
                self.announcing.append(item)
                self.announce(item, alone=False)
            case Precaution.ALONE:
                self.waiting_alone.append(item)
            case Precaution.CRASHED:
                assert item.prior is not None
                assert item.prior.crash is not None
                item.history, give_up = charged(item.history, item.prior.crash)
                self.running.append(item)
                self.give_up(item, give_up)

    def announce(self, item: Item, *, alone: bool) -> None:
        crash = self.quarantine.announcement(self.world.now, alone=alone)
        self.pending.append(Write(item.key, announced(item, crash)))

    def run_alone(self) -> None:
        """Let the first of those who must run alone do so, once nobody else runs."""
        if not self.waiting_alone or self.running or self.announcing or self.alone is not None:
            return
        self.alone = self.waiting_alone.pop(0)
        self.announce(self.alone, alone=True)

    def answer(self) -> None:
        announced_now = {write.key for write in self.sent() if write.item is None}
        settled = {write.key for write in self.sent() if write.item is not None}
        super().answer()
        ready = [item for item in self.announcing if item.key in announced_now]
        self.announcing = [item for item in self.announcing if item not in ready]
        alone = self.alone
        if alone is not None and alone.key in settled:
            self.alone = None
        elif alone is not None and alone.key in announced_now and alone not in self.running:
            ready.append(alone)
        for item in ready:
            super().begin(item)

    def start(self, *, limit: int = 10) -> None:
        if self.alone is None:
            super().start(limit=limit)

    def suspicion_of(self, item: Item) -> Crash | None:
        return self.quarantine.unrun(item.precaution, item.prior, self.world.now)

    def progress(self) -> Progress:
        return replace(super().progress(), suspect_input=self.quarantine.input_before)
