"""Who is suspected of killing the process, and what follows."""

from dataclasses import replace
from typing import Any

import pytest

from consumer.core.failure import Attempt
from consumer.core.ledger_entry import Entry
from consumer.core.parked_event import Crash, CrashStage
from consumer.core.precaution import Precaution
from consumer.core.progress import Progress
from consumer.core.quarantine import (
    CODE,
    REMEMBERED,
    Quarantine,
    after_end,
    charged,
    ended_uncleanly,
)
from tests.builders import NOW, a_history, a_parked, a_progress, an_entry

DIED, LIVES = 4, 5
"""Epochs: of the session that ended in a death, and of this one."""


def after_a_death(limit: int = 3, **other: Any) -> Quarantine:
    values = {"epoch": LIVES, "died": (DIED,), "suspect_input": 20, "suspect_seq": 7} | other
    return Quarantine(a_progress(**values), limit)


def announced(epoch: int, stage: CrashStage, *, seq: int | None = None) -> Entry:
    parked = None if seq is None else a_parked(seq)
    return an_entry("running", crash=Crash(epoch, stage, NOW), parked=parked)


@pytest.mark.parametrize(
    ("progress", "unclean"),
    [
        (None, False),
        (a_progress(clean=True, instance="there"), False),
        (a_progress(clean=False, instance="here"), False),
        (a_progress(clean=False, instance="there"), True),
    ],
    ids=["first owner", "in good order", "a lost session of ours", "death"],
)
def test_an_end_is_unclean_where_another_process_did_not_say_it_was_done(
    progress: Progress | None, *, unclean: bool
) -> None:
    assert ended_uncleanly(progress, "here") is unclean


def test_a_death_makes_suspects_of_whatever_was_there() -> None:
    found = a_progress(instance="there", epoch=DIED, next_seq=7, died=(1,))

    after = after_end(found, instance="here", log_end=20)

    assert after == replace(found, died=(1, DIED), suspect_input=20, suspect_seq=7)


def test_suspects_outlive_a_session_that_did_not_end_in_a_death() -> None:
    found = a_progress(instance="here", died=(DIED,), suspect_input=20, suspect_seq=7)

    assert after_end(found, instance="here", log_end=99) == found


def test_a_death_is_remembered_once_and_the_newest_ten_are() -> None:
    progress = a_progress(instance="there")
    for epoch in [*range(1, 15), 14]:
        progress = after_end(replace(progress, epoch=epoch), instance="here", log_end=1)

    assert progress.died == tuple(range(15 - REMEMBERED, 15))


def test_without_a_death_nobody_is_a_suspect() -> None:
    quarantine = Quarantine(a_progress(), 3)

    assert quarantine.input_before == 0
    assert quarantine.of_admitted(10, None) is Precaution.NONE
    assert quarantine.of_parked(an_entry("parked", parked=a_parked(0))) is Precaution.NONE
    assert quarantine.is_over(10)


def test_as_many_records_are_suspects_as_can_have_been_in_flight() -> None:
    quarantine = after_a_death(limit=2)

    judged = [quarantine.of_admitted(offset, None) for offset in (10, 13, 14)]

    assert judged == [Precaution.GROUP, Precaution.GROUP, Precaution.NONE]
    assert quarantine.input_before == 14
    assert not quarantine.is_over(13)
    assert quarantine.is_over(14)


def test_what_was_published_after_the_death_is_above_suspicion() -> None:
    quarantine = after_a_death()

    assert quarantine.of_admitted(19, None) is Precaution.GROUP
    assert quarantine.of_admitted(20, None) is Precaution.NONE


def test_what_was_parked_after_the_death_is_above_suspicion() -> None:
    quarantine = after_a_death()

    assert quarantine.of_parked(an_entry("parked", parked=a_parked(6))) is Precaution.GROUP
    assert quarantine.of_parked(an_entry("running", parked=a_parked(6))) is Precaution.GROUP
    assert quarantine.of_parked(an_entry("parked", parked=a_parked(7))) is Precaution.NONE


@pytest.mark.parametrize(
    ("epoch", "stage", "precaution"),
    [
        (DIED, "suspected", Precaution.GROUP),
        (LIVES, "suspected", Precaution.GROUP),
        (DIED, "grouped", Precaution.ALONE),
        (DIED - 1, "grouped", Precaution.ALONE),
        (LIVES, "grouped", Precaution.NONE),
        (DIED, "alone", Precaution.CRASHED),
        (DIED - 1, "alone", Precaution.ALONE),
        (LIVES, "alone", Precaution.ALONE),
    ],
)
def test_a_suspect_is_judged_by_who_announced_it(
    epoch: int, stage: CrashStage, precaution: Precaution
) -> None:
    assert after_a_death().of_admitted(10, announced(epoch, stage)) is precaution
    assert after_a_death().of_admitted(99, announced(epoch, stage)) is precaution
    assert after_a_death().of_parked(announced(epoch, stage, seq=3)) is precaution


def test_who_is_charged_stays_so_after_another_death_before_the_letter() -> None:
    quarantine = after_a_death(epoch=6, died=(4, 5))

    assert quarantine.of_admitted(10, announced(4, "alone")) is Precaution.CRASHED


def test_an_announcement_names_the_session() -> None:
    quarantine = after_a_death()

    assert quarantine.announcement(NOW, alone=False) == Crash(LIVES, "grouped", NOW)
    assert quarantine.announcement(NOW, alone=True) == Crash(LIVES, "alone", NOW)


@pytest.mark.parametrize(
    "entry",
    [
        None,
        announced(LIVES, "suspected"),
        announced(DIED, "grouped"),
        announced(DIED, "alone"),
        announced(LIVES, "grouped"),
    ],
)
def test_who_is_parked_before_it_has_run_is_judged_as_before(entry: Entry | None) -> None:
    quarantine = after_a_death()
    precaution = quarantine.of_admitted(10, entry)

    parked = an_entry("parked", parked=a_parked(9), crash=quarantine.unrun(precaution, entry, NOW))

    assert quarantine.of_parked(parked) is precaution


def test_who_waits_to_run_alone_is_not_charged_for_a_death_before_that() -> None:
    quarantine = after_a_death()
    crash = quarantine.unrun(Precaution.ALONE, announced(LIVES, "alone"), NOW)
    parked = an_entry("parked", parked=a_parked(9), crash=crash)

    next_one = after_a_death(epoch=LIVES + 1, died=(DIED, LIVES))
    assert next_one.of_parked(parked) is Precaution.ALONE


def test_nobody_above_suspicion_is_marked() -> None:
    assert after_a_death().unrun(Precaution.NONE, None, NOW) is None
    assert after_a_death().unrun(Precaution.NONE, an_entry(), NOW) is None


def test_announcements_in_a_ledger_that_forgot_its_deaths_are_harmless() -> None:
    forgetful = Quarantine(a_progress(died=()), 3)

    assert forgetful.of_admitted(1, announced(2, "alone")) is Precaution.ALONE
    assert forgetful.of_admitted(1, announced(2, "grouped")) is Precaution.NONE
    crash = forgetful.unrun(Precaution.ALONE, announced(2, "alone"), NOW)
    assert forgetful.of_admitted(1, an_entry("running", crash=crash)) is Precaution.ALONE


def test_a_crash_is_charged_as_one_more_attempt() -> None:
    before = a_history(2)

    after, give_up = charged(before, Crash(DIED, "alone", NOW + 9))

    assert before == a_history(2)
    assert after.count == 3
    assert after.attempts[:2] == before.attempts
    assert after.attempts[2] == Attempt(3, "crashed", NOW + 9, 0.0, CODE, give_up.failure.message)
    assert (after.first_failed_at, after.last_failed_at) == (before.first_failed_at, NOW + 9)
    assert give_up.disposition == "crashed"
    assert give_up.failure.failure_class == "crashed"
    assert not give_up.failure.is_transient


def test_a_first_attempt_can_be_charged() -> None:
    after, _ = charged(None, Crash(DIED, "alone", NOW))

    assert (after.count, after.first_failed_at) == (1, NOW)
