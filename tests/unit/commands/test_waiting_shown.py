"""Parked events as they are chosen, listed, reported and written as JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.printable import is_harmless
from consumer.commands.waiting.documents import as_line, summary_document, whole_document
from consumer.commands.waiting.report import parked_report
from consumer.commands.waiting.selection import Selection, in_order, moment
from consumer.commands.waiting.shard import Waiting
from consumer.commands.waiting.spans import due, span
from consumer.commands.waiting.table import sums, table
from consumer.core.ledger_entry import LetterMark
from consumer.core.parked_event import Crash
from tests.builders import NOW, a_failure, a_history, event_bytes
from tests.unit.commands.rendering import rendered
from tests.unit.commands.waiting_examples import (
    a_follower,
    a_holding_letter,
    a_parked_entry,
    a_shard,
    lanes_of,
)

SHARD = a_shard(
    {
        "late": a_parked_entry("late", 1, key=b"k", attempts=2, due_at=NOW + 90),
        "behind": a_follower("behind", 2, key=b"k"),
        "soon": a_parked_entry("soon", 3, key=b"s", due_at=NOW + 5),
        "bad": a_holding_letter(0, key=b"h"),
        "held": a_follower("held", 4, key=b"h"),
    }
)


def listed(selection: Selection | None = None, now: float = NOW) -> list[Waiting]:
    wanted = selection or Selection()
    return [each for each in in_order(lanes_of(SHARD, now)) if wanted.wants(each)]


def named(events: list[Waiting]) -> list[str | None]:
    return [each.event_id for each in events]


def test_who_is_due_first_is_listed_first_with_those_behind() -> None:
    assert named(listed()) == ["soon", "late", "behind", "held"]


@pytest.mark.parametrize(
    ("selection", "ids"),
    [
        (Selection(key=b"k"), ["late", "behind"]),
        (Selection(key=b"none"), []),
        (Selection(type_pattern="order.*"), ["soon", "late", "behind", "held"]),
        (Selection(type_pattern="invoice.*"), []),
        (Selection(code="SERVICE_UNAVAILABLE"), ["soon", "late"]),
        (Selection(due_before=NOW + 60), ["soon"]),
        (Selection(due_before=NOW + 600), ["soon", "late"]),
        (Selection(held=True), ["held"]),
        (Selection(held=True, key=b"k"), []),
    ],
)
def test_only_what_was_asked_for_is_listed(selection: Selection, ids: list[str]) -> None:
    assert named(listed(selection)) == ids


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10m", NOW + 600),
        ("0.5", NOW + 0.5),
        ("1970-01-01T00:01:40Z", 100.0),
        ("1970-01-01T01:00:00.5+01:00", 0.5),
    ],
)
def test_moment_may_be_named_or_counted_from_now(text: str, seconds: float) -> None:
    assert moment(text, NOW) == seconds


@pytest.mark.parametrize("text", ["tomorrow", "", "2026-02-30T00:00:00Z", "-5s"])
def test_what_is_no_moment_is_wrong_usage(text: str) -> None:
    with pytest.raises(CommandError, match="--due-before") as raised:
        moment(text, NOW)

    assert raised.value.code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (59, "59 s"),
        (60, "1 min"),
        (200, "3 min 20 s"),
        (7260, "2 h 1 min"),
        (2 * 86400 + 4 * 3600 + 59, "2 d 4 h"),
    ],
)
def test_span_has_its_two_largest_units(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_due_time_is_told_from_now() -> None:
    soon, late, behind, held = listed()

    assert due(soon, NOW) == "in 5.0 s"
    assert due(late, NOW + 100) == "10 s late"
    assert (due(behind, NOW), due(held, NOW)) == ("behind", "held")


def test_table_tells_of_each_event_what_waits_why_and_until_when() -> None:
    text = rendered(table(listed(), 4, NOW), 100)

    for words in ("in 5.0 s", "soon", "order.created", "partition 3", "1 x standard"):
        assert words in text
    for words in ("SERVICE_UNAVAILABLE", "no answer", "waits for e:late", "letter letter-9"):
        assert words in text
    assert "more" not in text
    assert max(len(row) for row in text.splitlines()) <= 100


def test_what_the_limit_left_out_is_counted() -> None:
    assert "… 2 more: --limit shows them" in rendered(table(listed()[:2], 4, NOW))


def test_sums_tell_how_many_wait_for_what_and_since_when() -> None:
    said = sums(listed(now=NOW + 30), NOW + 30).plain

    assert said == (
        "4 events are parked: 1 due, 1 waiting for their time, 1 behind another, "
        "1 held by a letter; the oldest for 30 s."
    )
    assert sums([], NOW).plain == "Nothing waits."


def test_line_of_json_has_everything_a_program_asks_for() -> None:
    document = json.loads(as_line(summary_document(listed()[1], NOW)))

    assert document == {
        "partition": 3,
        "ledger_key": "e:late",
        "event_id": "late",
        "event_type": "order.created",
        "key": "k",
        "state": "waiting",
        "due_at": "2025-10-09T08:54:50.000000Z",
        "due_in_seconds": 90.0,
        "policy": "standard",
        "attempts_made": 2,
        "code": "SERVICE_UNAVAILABLE",
        "message": "no answer",
        "parked_at": "2025-10-09T08:53:20.000000Z",
        "waits_for": None,
        "held_by": None,
        "events_before": 0,
        "events_behind": 1,
    }


def test_whole_document_has_attempts_who_waits_behind_and_the_record() -> None:
    late, behind = listed()[1:3]

    document = json.loads(as_line(whole_document(late, SHARD.entry("e:late"), [behind], NOW)))

    assert document["behind"] == [{"ledger_key": "e:behind", "event_id": "behind"}]
    assert [each["number"] for each in document["attempts"]] == [1, 2]
    assert document["error"]["class"] == "transient"
    assert document["original"]["value"]["data"].encode() == event_bytes("late")
    assert (document["source"]["offset"], document["seq"]) == (7, 1)


@pytest.mark.parametrize(
    ("event_id", "words"),
    [
        ("late", ("due in 1 min 30 s", "2 attempts, policy standard", "1  behind", "key k")),
        ("behind", ("1 before it, the first is e:late", "nothing yet", "nobody")),
        ("held", ("held until letter letter-9 is sent again",)),
    ],
)
def test_report_answers_what_an_operator_asks(event_id: str, words: tuple[str, ...]) -> None:
    (lane,) = [lane for lane in lanes_of(SHARD) if event_id in named(lane)]
    place = named(lane).index(event_id)
    each, behind = lane[place], lane[place + 1 :]
    document = whole_document(each, SHARD.entry(each.ledger_key), behind, NOW)
    document = json.loads(as_line(document))

    text = rendered(parked_report(each, document, behind, NOW), 100)

    for word in (*words, "What waits", "Who waits behind it", "order.created"):
        assert word in text
    assert len({len(row) for row in text.splitlines()}) == 1


def test_suspect_and_its_letters_are_told() -> None:
    entry = a_parked_entry(
        status="running",
        crash=Crash(7, "grouped", NOW),
        letter=LetterMark(("letter-1", "letter-2"), 2, "open", NOW),
    )
    ((each,),) = lanes_of(a_shard({"one": entry}))
    document = json.loads(as_line(whole_document(each, entry, (), NOW)))

    text = rendered(parked_report(each, document, (), NOW), 100)

    assert document["crash"] == {"stage": "grouped", "at": "2025-10-09T08:53:20.000000Z"}
    assert "it may be what killed the process: grouped since 2025-10-09" in text
    assert "letters so far: letter-1, letter-2" in text
    assert "its next attempt has begun" in text


@given(text=st.text(min_size=1, max_size=30), key=st.binary(max_size=20))
def test_whatever_producers_and_processors_wrote_the_terminal_is_safe(
    text: str, key: bytes
) -> None:
    hostile = f"{text}\x1b]0;owned\x07[red]"
    history = a_history(0)
    for attempt in a_history(1).attempts:
        history.add(attempt, a_failure(code=hostile, message=hostile))
    value = event_bytes(hostile, event_type=hostile)
    entry = a_parked_entry(key=key, value=value, policy=hostile, history=history)
    shard = a_shard({"one": entry})
    ((each,),) = lanes_of(shard)
    line = as_line(whole_document(each, shard.entry("e:one"), [each], NOW))

    for shown in (
        rendered(table([each], 1, NOW), 400),
        rendered(parked_report(each, json.loads(line), [each], NOW)),
        line,
    ):
        assert all(is_harmless(row) for row in shown.split("\n"))
        assert "owned" in shown
