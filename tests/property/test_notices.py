"""People are told of everything that matters, sooner or later, and never more than they asked."""

from collections import defaultdict

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from config.notify import NoticeKind, NotifySettings
from consumer.core.notice import Notice, Sighting
from consumer.core.notices import Notices

DEDUP, GROUP, LETTERS = 64.0, 1024.0, 128.0
KINDS: dict[str, tuple[NoticeKind | None, ...]] = {
    "breaker:a": ("breaker_opened", "breaker_closed"),
    "breaker:b": ("breaker_opened", "breaker_closed"),
    "partition:t/0": ("partition_refused", None),
    "group:1": ("group_appeared",),
    "group:2": ("group_appeared",),
    "group:3": ("group_appeared",),
}
sightings = st.sampled_from(
    [Sighting(subject, kind) for subject, kinds in KINDS.items() for kind in kinds],
)
limits = st.builds(
    NotifySettings,
    dedup_window=st.just(DEDUP),
    group_window=st.just(GROUP),
    letters=st.none() | st.integers(1, 20),
    letters_window=st.just(LETTERS),
    max_per_minute=st.integers(1, 5),
)


class Telling(RuleBasedStateMachine):
    """Sightings at any times, and whoever tells comes at any times too."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 4096.0
        self.told: list[Notice] = []
        self.stands: dict[str, NoticeKind | None] = {}
        self.news: dict[str, int] = defaultdict(int)
        self.seen_at: dict[str, float] = {}
        self.letters: list[tuple[float, int]] = []

    @initialize(settings=limits)
    def begin(self, settings: NotifySettings) -> None:
        self.settings = settings
        self.notices = Notices(settings, self.now)

    @rule(sighting=sightings)
    def see(self, sighting: Sighting) -> None:
        subject = sighting.subject
        quiet = self.now - self.seen_at.get(subject, self.now)
        over = sighting.kind is None or (subject.startswith("group:") and quiet >= GROUP)
        self.news[subject] += over
        self.stands[subject] = sighting.kind
        self.seen_at[subject] = self.now
        self.notices.see(sighting, self.now)

    @rule(letters=st.integers(1, 30))
    def count(self, letters: int) -> None:
        self.letters.append((self.now, letters))
        self.notices.count_letters(letters, self.now)

    @rule(seconds=st.sampled_from([0.0, 1.0, 16.0, 60.0, DEDUP, 2 * LETTERS, GROUP]))
    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def tell(self) -> None:
        while (notice := self.notices.next(self.now)) is not None:
            self._check(notice)
            self.told.append(notice)

    @precondition(lambda self: hasattr(self, "notices"))
    @rule()
    def tell_until_nothing_waits(self) -> None:
        self.tell()
        for _ in range(200):
            due = self.notices.due_seconds(self.now)
            if due is None:
                break
            assert due > 0
            self.now += due
            self.tell()
        else:
            raise AssertionError("something waits for ever")
        for subject, kind in self.stands.items():
            last = [notice.kind for notice in self.told if notice.subject == subject]
            assert kind is None or last[-1] == kind

    def _check(self, notice: Notice) -> None:
        """Check what must hold of *notice* beside those before it."""
        same = [each for each in self.told if each.subject == notice.subject]
        alike = [each.at for each in same if each.kind == notice.kind]
        assert not alike or notice.at - alike[-1] >= DEDUP
        if notice.subject == "letters":
            # Kept in tenths of the window, it may be so much longer.
            begin = self.now - 1.1 * LETTERS
            letters = sum(count for at, count in self.letters if at >= begin)
            assert letters >= (self.settings.letters or 0) > 0
            return
        assert notice.kind == self.stands[notice.subject]
        if same and same[-1].kind == notice.kind:
            assert self.news.pop(notice.subject, 0) > 0

    @invariant()
    def no_minute_has_too_many(self) -> None:
        most = self.settings.max_per_minute if self.told else 0
        for early, late in zip(self.told, self.told[most:], strict=False):
            assert late is early or late.at - early.at >= 60


TestTelling = Telling.TestCase
