"""How letters, groups, counts and standing look on a terminal of 100 columns."""

from typing import Any

import pytest
from rich.console import Group

from consumer.commands.letters.counting import page
from consumer.commands.letters.grouping import groups_table, sums
from consumer.commands.letters.standing import standing
from consumer.commands.letters.table import ago, event_name, letters_table, short_name
from consumer.commands.printable import is_harmless
from consumer.core.audit_record import AuditRecord
from consumer.core.ledger_entry import Entry
from consumer.core.parked_event import Hold
from consumer.desk.envelopes import envelope_of
from consumer.desk.groups import Groups
from consumer.desk.letters import STATES, LetterState
from consumer.desk.redaction import Redaction
from consumer.desk.tallies import Tallies
from consumer.desk.whole import Whole
from tests.builders import a_parked
from tests.unit.commands.rendering import rendered
from tests.unit.core.letter_examples import NOW
from tests.unit.desk.desk_examples import a_mark, a_summary, audit_bytes, in_topic

SHOWN = Redaction(())
HOSTILE = "\x1b[2J\u202e[bold]"


def a_whole(entry: Entry | None = None, *acts: AuditRecord, **letter: Any) -> Whole:
    record = in_topic()
    return Whole(a_summary(**letter), envelope_of(record), record, entry, None, acts)


def stands(whole: Whole) -> str:
    return rendered(Group(*standing(whole, NOW)))


def an_entry(**members: Any) -> Entry:
    return Entry(members.pop("status", "dead_lettered"), settled_at=NOW, **members)


def test_list_names_letter_event_key_state_and_failure() -> None:
    shown = rendered(letters_table([a_summary()], 3, NOW + 90, SHOWN))

    for word in ("11111111", "0123abcd", "e-1", "k-1", "3/17", "open", "3 x exhausted", "TIMEOUT"):
        assert word in shown
    assert "1 min ago" in shown
    assert "… 2 older" in shown
    assert max(len(line) for line in shown.split("\n")) <= 100


def test_list_hides_and_disarms_what_others_wrote() -> None:
    names = ("event_id", "event_type", "code", "cause", "disposition", "dlq_id")
    letter = a_summary(
        **dict.fromkeys(names, HOSTILE), message=f"password=hunter2 {HOSTILE}", key=b"\x1b\xff"
    )

    shown = rendered(letters_table([letter], 1, NOW, Redaction(["*password*"])))

    assert all(is_harmless(line) for line in shown.split("\n"))
    assert "hunter2" not in shown


def test_groups_show_what_failed_and_when() -> None:
    groups = Groups(most=1)
    for number in range(4):
        groups.add(a_summary(timestamp=NOW + number, group="a" if number else "b", state="open"))
        groups.add(a_summary(timestamp=NOW + number, group="b", state="resolved", dlq_id="0/1/2"))

    shown = rendered(groups_table(groups.largest_first(), 20, NOW + 60, SHOWN))

    assert "TIMEOUT TimeoutError in charge" in shown
    assert "the bank did not answer" in shown
    assert "1 open  4 resolved" in shown
    assert "█" in shown
    assert "8 letters in 1 group" in rendered(sums(groups.largest_first(), groups.beyond))
    assert "3 more are in groups of their own" in rendered(
        sums(groups.largest_first(), groups.beyond)
    )


def test_smaller_groups_are_left_out_and_counted() -> None:
    groups = Groups()
    for name in "abc":
        groups.add(a_summary(group=name))

    assert "… 2 smaller groups" in rendered(groups_table(groups.largest_first(), 1, NOW, SHOWN))


def test_counts_are_told_by_kind() -> None:
    tallies = Tallies()
    for number in range(12):
        tallies.add(a_summary(cause=f"CODE_{number}", timestamp=NOW - number))

    shown = rendered(page(tallies, NOW + 60))

    assert "12 letters" in shown
    assert "12 open, the oldest for 1 min 11 s" in shown
    assert "4 … in 4 more" in shown
    assert "dialect" not in shown


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_explained(state: LetterState) -> None:
    shown = stands(a_whole(state=state))

    assert shown.startswith(f"{state.replace('_', ' ')}: ")
    assert ("everonce dlq redrive 11111111" in shown) == (state == "open")


def test_who_closed_a_letter_and_why_is_told() -> None:
    mark = a_mark("11111111-2222-5333-8444-555555555555", state="discarded")
    act = AuditRecord.model_validate_json(
        audit_bytes(act="discard", outcome="done", reason=f"a test {HOSTILE}", detail="said so")
    )

    shown = stands(a_whole(an_entry(letter=mark), act, state="discarded"))

    assert r"discard done, asked by ann (a test \x1b[2J\u202e[bold])" in shown
    assert "said so" in shown


def test_redriven_letter_says_when_its_event_is_due() -> None:
    mark = a_mark("11111111-2222-5333-8444-555555555555", state="redriven")
    parked = an_entry(status="parked", parked=a_parked(due_at=NOW + 90), letter=mark)
    late = an_entry(status="parked", parked=a_parked(due_at=NOW - 90), letter=mark)
    behind = an_entry(status="parked", parked=a_parked(due_at=None), letter=mark)

    assert "parked, its next attempt is due in 1 min 30 s" in stands(
        a_whole(parked, state="redriven")
    )
    assert "was due 1 min 30 s ago" in stands(a_whole(late, state="redriven"))
    assert "behind others" in stands(a_whole(behind, state="redriven"))
    assert "running, or on its way" in stands(
        a_whole(an_entry(status="running", letter=mark), state="redriven")
    )


def test_letter_that_failed_again_names_the_newest() -> None:
    shown = stands(a_whole(an_entry(letter=a_mark("old", "new-one")), state="failed_again"))

    assert "the newest of 2 letters is new-one" in shown


def test_letter_that_holds_its_key_says_so() -> None:
    assert "its key waits" in stands(a_whole(an_entry(holds=Hold(b"k", 1))))


def test_many_acts_are_cut_to_the_newest() -> None:
    acts = [AuditRecord.model_validate_json(audit_bytes(act_id=str(n))) for n in range(20)]

    assert "… 8 older acts" in stands(a_whole(None, *acts))


def test_letter_of_another_system_is_named_after_it_and_its_place() -> None:
    letter = a_summary(dialect="spring", event_id=None, ledger_key=None, dlq_id="dlq/1/2")

    assert event_name(letter) == "(spring)"
    assert short_name(letter.dlq_id) == "1/2"
    assert "written by Spring Kafka" in stands(a_whole(None, dialect="spring", ledger_key=None))


def test_poison_record_is_named_after_its_coordinates() -> None:
    letter = a_summary(event_id=None, ledger_key="r:workflow-events/0/7")

    assert event_name(letter) == "workflow-events/0/7"


def test_age_is_told_in_one_unit() -> None:
    assert [ago(NOW - each, NOW) for each in (0.5, 75, 90_000)] == [
        "0.5 s ago",
        "1 min ago",
        "1 d ago",
    ]
