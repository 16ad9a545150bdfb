"""Is somebody told of this now, later, or not at all?

Pure: the clock is an argument.  Of each subject the last state is known that was told.  Another one
is told at once, unless that very state was told within ``dedup_window``, or as many notices as
``max_per_minute`` allows have been: then it waits, and when its time comes it is told of as
it stands by then, if that is still worth telling.  So nothing is told twice in a row, a flapping
subject is told of once per window and state, and what was told last is, sooner or later, how it is.

Invariants, held by ``tests/property/test_notices.py``:

* no minute has more notices than ``max_per_minute``;
* one state of a subject is told at most once per ``dedup_window``;
* no state is told twice in a row, unless it was over meanwhile, as a group is that was quiet for
  ``group_window``;
* when nothing waits any more, each subject was told of as it stands.
"""

import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from config.notify import NoticeKind, NotifySettings
from consumer.core.notice import SEVERITY, Notice, Sighting, letters_sighting
from consumer.core.window_marks import WindowMarks

MOST_SUBJECTS = 4096
"""Groups are as many as producers and processors can think of: the one not seen for the longest
time is forgotten, and new should it come again."""
_MINUTE = 60.0


@dataclass(slots=True)
class _Subject:
    """What is known of one subject."""

    seen_at: float
    told: NoticeKind | None = None
    """The state that was told last; None where it is over, or was never told."""
    told_at: dict[NoticeKind, float] = field(default_factory=dict)
    """When each state was told last."""
    repeated: int = 0
    """Sightings since the last notice that are not told of on their own."""


class Notices:
    """What is told, and when.

    Args:
        settings: The operator's limits.
        now: Any clock that does not go back, seconds; the same in all calls.
    """

    def __init__(self, settings: NotifySettings, now: float) -> None:
        self._settings = settings
        self._kinds = frozenset(settings.events)
        self._subjects: OrderedDict[str, _Subject] = OrderedDict()
        self._waiting: dict[str, tuple[NoticeKind, Sighting]] = {}
        """What is to be told of each subject, by its name; who waits longest comes first."""
        self._told_at: deque[float] = deque(maxlen=settings.max_per_minute)
        self._letters = 0
        self._marks = WindowMarks(settings.letters_window, 0, now)
        self.forgotten = 0
        """Subjects that were forgotten before they could be told of."""

    def see(self, sighting: Sighting, now: float) -> None:
        """Take note of how a subject stands."""
        name, kind = sighting.subject, sighting.kind
        subject = self._subject(name, now)
        if kind is None or kind not in self._kinds:
            # Whatever it was, it is over: the next time it is news.
            subject.told = None
            self._waiting.pop(name, None)
        elif kind == subject.told:
            subject.repeated += 1
            self._waiting.pop(name, None)
        else:
            subject.repeated += name in self._waiting
            self._waiting[name] = kind, sighting

    def count_letters(self, letters: int, now: float) -> None:
        """Take note that so many *letters* became visible."""
        threshold, window = self._settings.letters, self._settings.letters_window
        if threshold is None:
            return
        self._marks.turn(self._letters, now)
        if self._letters_within(now) < threshold:
            self.see(Sighting("letters", None), now)
        self._letters += letters
        if (found := self._letters_within(now)) >= threshold:
            self.see(letters_sighting(found, threshold, window), now)

    def next(self, now: float) -> Notice | None:
        """Return what is to be told now, if anything; call again until there is nothing."""
        if "letters" in self._waiting:
            # They may have waited for so long that it is not true any more.
            self.count_letters(0, now)
        if self._rate_seconds(now) > 0:
            return None
        for name, (kind, sighting) in self._waiting.items():
            if self._dedup_seconds(name, kind, now) > 0:
                continue
            del self._waiting[name]
            subject = self._subjects[name]
            subject.told = kind
            subject.told_at[kind] = now
            self._told_at.append(now)
            repeated, subject.repeated = subject.repeated, 0
            return Notice(
                kind,
                SEVERITY[kind],
                name,
                now,
                sighting.summary,
                sighting.details,
                repeated,
            )
        return None

    def due_seconds(self, now: float) -> float | None:
        """Return when to ask ``next`` again; None where nothing waits."""
        waits = [self._dedup_seconds(name, kind, now) for name, (kind, _) in self._waiting.items()]
        return max(min(waits), self._rate_seconds(now)) if waits else None

    def _subject(self, name: str, now: float) -> _Subject:
        subject = self._subjects.get(name)
        if subject is None:
            subject = self._subjects[name] = _Subject(now)
            if len(self._subjects) > MOST_SUBJECTS:
                self._forget_oldest_group()
        elif _is_group(name) and now - subject.seen_at >= self._settings.group_window:
            subject.told = None
        subject.seen_at = now
        self._subjects.move_to_end(name)
        return subject

    def _forget_oldest_group(self) -> None:
        oldest = next((name for name in self._subjects if _is_group(name)), None)
        if oldest is not None:
            del self._subjects[oldest]
            self.forgotten += self._waiting.pop(oldest, None) is not None

    def _letters_within(self, now: float) -> int:
        return self._letters - self._marks.before(now)

    def _rate_seconds(self, now: float) -> float:
        if len(self._told_at) < self._settings.max_per_minute:
            return 0.0
        return max(0.0, self._told_at[0] + _MINUTE - now)

    def _dedup_seconds(self, name: str, kind: NoticeKind, now: float) -> float:
        told_at = self._subjects[name].told_at.get(kind, -math.inf)
        return max(0.0, told_at + self._settings.dedup_window - now)


def _is_group(subject: str) -> bool:
    return subject.startswith("group:")
