"""How did a run go?"""

from dataclasses import dataclass, field
from typing import Literal

from consumer.core.act import Act
from consumer.desk.ramp import Course
from consumer.desk.verdicts import SUCCEEDED, Told

End = Literal["answered", "stopped", "no_worker", "waiting", "interrupted"]
"""answered: what became of every act is known; stopped: too many failed again, or were refused;
no_worker: nobody carries them out; waiting: nothing was heard for long, most likely they are
parked; interrupted: by Ctrl-C."""

MOST_NAMED = 1000


@dataclass(frozen=True, slots=True)
class Named:
    """An act of which there is more to say than that it is done."""

    act: Act
    told: Told


@dataclass(slots=True)
class Report:
    """What has become of the acts of a run."""

    course: Course = field(default_factory=Course)
    duplicates: int = 0
    """Of those that succeeded: their event was done already."""
    done: int = 0
    """Of those that succeeded: acts that let no event run."""
    accepted: int = 0
    """Of those going: heard of; their event runs or is parked."""
    named: list[Named] = field(default_factory=list)
    """Those that failed again, were refused or have made a letter, the first 1,000."""
    unsent: list[tuple[str, str]] = field(default_factory=list)
    """What could not be asked for, by dlq_id or place, and why; the first 1,000."""
    unsent_count: int = 0
    end: End = "answered"
    why: str = ""
    """For people, of any other end."""

    def hear(self, act: Act, before: Told | None, told: Told) -> None:
        """Count what has become of *act*.

        Args:
            act: Light.
            before: What was counted of it before.
            told: What is known now.
        """
        if before is not None:
            self._count(before, -1)
        self._count(told, 1)
        if before is not None and before.verdict == "refused":
            self.named = [each for each in self.named if each.act.act_id != act.act_id]
        is_news = told.verdict in {"failed_again", "refused"} or told.new_dlq_id is not None
        if is_news and len(self.named) < MOST_NAMED:
            self.named.append(Named(act, told))

    def leave_out(self, subject: str, why: str) -> None:
        """Count what could not be asked for."""
        self.unsent_count += 1
        if len(self.unsent) < MOST_NAMED:
            self.unsent.append((subject, why))

    def _count(self, told: Told, by: int) -> None:
        match told.verdict:
            case "going":
                self.accepted += by
            case "refused":
                self.course.refused += by
            case "failed_again":
                self.course.failed_again += by
            case "completed" | "duplicate" | "done":
                self.course.succeeded += by
                self.duplicates += by * (told.verdict == "duplicate")
                self.done += by * (told.verdict == "done")


def is_final(told: Told) -> bool:
    """Whether nothing more will be heard: a refusal may have been of the second asking."""
    return told.verdict in SUCCEEDED or told.verdict == "failed_again"
