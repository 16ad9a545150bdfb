"""Which mistakes of the quarantine must a story betray?"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - a type

from consumer.core import quarantine
from consumer.core.ledger_entry import Entry
from consumer.core.parked_event import Crash
from consumer.core.precaution import Precaution
from consumer.core.progress import Progress
from consumer.core.quarantine import Quarantine
from tests.property.parking_session import Session
from tests.property.parking_world import Item
from tests.property.quarantine_session import WatchedSession

Plant = Callable[[MonkeyPatch], None]


def company_is_charged(patch: MonkeyPatch) -> None:
    """Charge whoever was announced before the last death, alone or not."""
    judge = Quarantine._precaution

    def planted(self: Quarantine, crash: Crash | None, *, suspected: bool) -> Precaution:
        found = judge(self, crash, suspected=suspected)
        return Precaution.CRASHED if found is Precaution.ALONE else found

    patch.setattr(Quarantine, "_precaution", planted)


def parked_events_are_above_suspicion(patch: MonkeyPatch) -> None:
    """Suspect only what is read."""

    def planted(self: Quarantine, entry: Entry) -> Precaution:
        return self._precaution(entry.crash, suspected=False)

    patch.setattr(Quarantine, "of_parked", planted)


def who_runs_alone_has_company(patch: MonkeyPatch) -> None:
    """Announce the suspect without waiting for the others to end."""

    def planted(self: WatchedSession) -> None:
        if self.waiting_alone and self.alone is None:
            self.alone = self.waiting_alone.pop(0)
            self.announce(self.alone, alone=True)

    patch.setattr(WatchedSession, "run_alone", planted)
    patch.setattr(WatchedSession, "may_run", property(lambda self: self.running))


def announcements_are_not_waited_for(patch: MonkeyPatch) -> None:
    """Run a suspect before its announcement is committed."""
    begin = WatchedSession.begin

    def planted(self: WatchedSession, item: Item) -> None:
        begin(self, item)
        if item in self.announcing:
            self.announcing.remove(item)
            Session.begin(self, item)

    patch.setattr(WatchedSession, "begin", planted)


def lost_sessions_count_as_deaths(patch: MonkeyPatch) -> None:
    """Take any end that is not clean for a death."""
    patch.setattr(quarantine, "ended_uncleanly", lambda progress, _instance: not progress.clean)


def suspects_are_forgotten_with_the_session(patch: MonkeyPatch) -> None:
    """Remember no suspects beyond the session that found them."""
    after_end = quarantine.after_end

    def planted(progress: Progress, **what: Any) -> Progress:
        return after_end(replace(progress, suspect_input=0, suspect_seq=0), **what)

    patch.setattr("tests.property.quarantine_session.after_end", planted)


PLANTS: list[Plant] = [
    company_is_charged,
    parked_events_are_above_suspicion,
    who_runs_alone_has_company,
    announcements_are_not_waited_for,
    lost_sessions_count_as_deaths,
    suspects_are_forgotten_with_the_session,
]
