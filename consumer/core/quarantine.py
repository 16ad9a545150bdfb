"""Which event kills the process, and how is it found without harm to the others?

An owner's end is unclean when ``progress`` is not marked clean and names another process: a death.
Whatever may have been in flight at the last one is a suspect, and is announced in the ledger before
it runs (``Crash``), so that the next owner knows who ran:

1. After a death suspects are announced in groups, and a group runs once that is committed.
2. Who was announced in a group, before the last death, runs alone: nothing else runs in the process
   from before its announcement is sent until its outcome is committed.  Otherwise the wrong one
   might be charged.
3. Who was announced alone in a session that ended in a death has killed the process: an attempt is
   charged, and the event becomes a letter.

So an event kills three times at most, and costs no other event anything but time: those in the
group of a death are charged nothing, and run again with the same attempt number.  Whoever survives
an attempt and is parked, or has run alone, is cleared.  A session that is lost, or handed over, is
no death: announcements name the session that made them, and ``Progress.died`` those that ended in
one.
"""

from dataclasses import replace
from typing import assert_never

from consumer.core.failure import Attempt, Failure, History
from consumer.core.ledger_entry import Entry
from consumer.core.parked_event import Crash
from consumer.core.precaution import Precaution
from consumer.core.progress import Progress
from consumer.core.retry import GiveUp

CODE = "PROCESS_CRASHED"
REMEMBERED = 10
"""Deaths: more than follow each other before the one who was charged has become a letter."""
_NEVER = -1


def ended_uncleanly(progress: Progress | None, instance: str) -> bool:
    """Whether the last owner died; sessions that this process, *instance*, lost are no deaths."""
    return progress is not None and not progress.clean and progress.instance != instance


def after_end(progress: Progress, *, instance: str, log_end: int) -> Progress:
    """Return *progress* with the suspects that the end of the last owner leaves.

    Args:
        progress: As it was found.
        instance: This process.
        log_end: High watermark of the input: what is published later was not in flight.
    """
    if not ended_uncleanly(progress, instance):
        return progress
    return replace(
        progress,
        died=(*(epoch for epoch in progress.died if epoch != progress.epoch), progress.epoch)[
            -REMEMBERED:
        ],
        suspect_input=log_end,
        suspect_seq=progress.next_seq,
    )


class Quarantine:
    """The suspects of one session."""

    __slots__ = ("_died", "_epoch", "_remaining", "_seq_before", "input_before")

    def __init__(self, progress: Progress, max_in_flight_records: int) -> None:
        """Suspect whatever may have been in flight at the last death.

        Args:
            progress: What the session begins with: ``after_end``, and an epoch of its own.
            max_in_flight_records: As many as that an owner has in flight, and it reads in order:
                the first so many that are admitted, no others.
        """
        self.input_before = progress.suspect_input
        """Input records below it are to be judged when they are admitted; for ``progress``."""
        self._seq_before = progress.suspect_seq
        self._epoch = progress.epoch
        self._died = progress.died or (_NEVER,)
        self._remaining = max_in_flight_records

    def is_over(self, committable: int) -> bool:
        """Whether no input record is suspected any more; parked events may be."""
        return committable >= self.input_before

    def of_admitted(self, offset: int, entry: Entry | None) -> Precaution:
        """Judge an input record that is admitted; *entry* is what it takes over."""
        suspected = offset < self.input_before
        if suspected:
            self._remaining -= 1
            if self._remaining <= 0:
                self.input_before = offset + 1
        crash = entry.crash if entry is not None else None
        return self._precaution(crash, suspected=suspected)

    def of_parked(self, entry: Entry) -> Precaution:
        """Judge the head of a parked lane that is due."""
        suspected = entry.parked is not None and entry.parked.seq < self._seq_before
        return self._precaution(entry.crash, suspected=suspected)

    def announcement(self, now: float, *, alone: bool) -> Crash:
        """Return what is written of a suspect before it runs; *now*: seconds since the epoch."""
        return Crash(self._epoch, "alone" if alone else "grouped", now)

    def unrun(self, precaution: Precaution, entry: Entry | None, now: float) -> Crash | None:
        """Return what is written of an event that is parked before it has run.

        It stays as suspect as it is: its predecessor was parked, and says nothing of it.

        Args:
            precaution: What it was judged to need.
            entry: What it takes over.
            now: Seconds since the epoch.
        """
        if precaution is Precaution.GROUP:
            return Crash(self._epoch, "suspected", now)
        if precaution is Precaution.ALONE:
            # It is not charged for a death before it does run alone.
            return Crash(self._died[-1], "grouped", now)
        return entry.crash if entry is not None else None

    def _precaution(self, crash: Crash | None, *, suspected: bool) -> Precaution:
        if crash is None:
            return Precaution.GROUP if suspected else Precaution.NONE
        match crash.stage:
            case "suspected":
                return Precaution.GROUP
            case "grouped":
                # It may have run in a later session, which found it announced.
                return Precaution.ALONE if crash.epoch <= self._died[-1] else Precaution.NONE
            case "alone":
                return Precaution.CRASHED if crash.epoch in self._died else Precaution.ALONE
            case _:
                assert_never(crash.stage)


def charged(history: History | None, crash: Crash) -> tuple[History, GiveUp]:
    """Return the history of an event that has killed the process, and why it is given up.

    Args:
        history: Its failed attempts before; not changed.
        crash: How it was announced.  When its attempt ended nobody knows: it counts as short.
    """
    message = (
        "the process died while this event ran, and nothing else in it; before that it had died "
        "with the event among those in flight"
    )
    failure = Failure(CODE, message, "crashed", "quarantine")
    known = history if history is not None else History()
    after = History(
        list(known.attempts), known.first_failed_at, known.last_failed_at, known.last_failure
    )
    after.add(Attempt(after.count + 1, "crashed", crash.at, 0.0, CODE, message), failure)
    return after, GiveUp("crashed", failure, failure)
