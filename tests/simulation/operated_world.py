"""What is a world with an operator, and perhaps with two partitions?

Where there are two, events without a key are spread over both, as producers do; an event with a key
has an id of its own, for ids shared by events of different keys are nobody's promise.
"""

from collections.abc import Mapping
from typing import Any

from consumer.core.home import home_of
from consumer.core.record import TopicPartition
from processors.contract import WorkflowEvent
from tests.simulation.desk import Desk, edited
from tests.simulation.owner import Owner
from tests.simulation.world import Attempt, Published, World


class OperatedWorld(World):
    """A world with a desk; *variant* as ``World`` has it."""

    def __init__(self, variant: Mapping[str, Any]) -> None:
        super().__init__(variant)
        self.desk = Desk(self.kafka)
        self.imported: list[Published] = []
        """What came with letters that other systems wrote."""

    @property
    def partitions(self) -> int:
        """Of every topic."""
        return self.kafka.partitions

    @property
    def by_place(self) -> dict[tuple[int, int], Published]:
        """What was published, by partition and offset."""
        return {(each.partition, each.offset): each for each in (*self.published, *self.imported)}

    def id_of(self, letter: str, key: bytes | None) -> str:
        """Return the id of an event with *key*; equal ids have equal keys where that matters."""
        return letter if key is None or self.partitions == 1 else f"{letter}{key.decode()}"

    def place_of(self, key: bytes | None, chance: int) -> int:
        """Return the partition of a record with *key*; by *chance* where it has none."""
        return (chance if key is None else sum(key)) % self.partitions

    def home_of(self, record: Published) -> int:
        """Return the partition that dedups an event."""
        if record.key is not None or self.partitions == 1:
            return record.partition
        return home_of(f"e:{record.event_id}", self.partitions)

    def bring(self, event_id: str, key: bytes | None, content: int) -> None:
        """Let the desk ask for a run of an event of another system's letter."""
        home = self.home_of(Published(0, 0, key, event_id, partition=self.place_of(key, 0)))
        asked = self.desk.bring(key, (event_id, content), home)
        record = asked.act.record
        assert record is not None
        at = self.clock.now()
        self.imported.append(
            Published(record.offset, at, key, event_id, content, partition=record.partition)
        )

    def native(self, event_id: str, partition: int) -> str:
        """Return an id like *event_id* whose home is *partition*."""
        names = (event_id * times for times in range(1, 100))
        return next(name for name in names if home_of(f"e:{name}", self.partitions) == partition)

    def unfinished(self, owner: Owner) -> list[Attempt]:
        """Return the attempts of an owner that have not ended."""
        return [each for each in self._attempts if each.owner is owner and not each.answer.done()]

    def passed_control(self, partition: int) -> int:
        """Return the committed control offset."""
        place = TopicPartition(self.settings.topics.control, partition)
        return self.kafka.committed(place) or 0

    def answer_of(self, attempt: Attempt) -> Any:
        return attempt.event.payload["content"]

    def is_at_rest(self) -> bool:
        ends = {
            number: self.kafka.log(self.settings.topics.control, number).end
            for number in range(self.partitions)
        }
        return super().is_at_rest() and all(
            self.passed_control(number) == end for number, end in ends.items()
        )

    def _note_early(self, event: WorkflowEvent[Any]) -> None:
        """Take note of who begins early, unless an operator has asked for that."""
        value = edited(event.event_id, event.payload["content"])
        hurried = {asked.act.ledger_key for asked in self.desk.asked if asked.act.kind == "now"}
        for _, key, entry in self.desk.parked:
            kept = entry.parked
            is_it = kept is not None and kept.record.value == value and key not in hurried
            if is_it and kept is not None and (kept.due_at or 0.0) > self.clock.now():
                self.early.append(f"early: {event} at {self.clock.now()}, due at {kept.due_at}")
