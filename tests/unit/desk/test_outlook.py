"""Which letters would a run ask for, and which would it leave out?"""

from dataclasses import replace
from typing import Any

import pytest

from consumer.desk.letters import Letter
from consumer.desk.outlook import Kind, Outlook
from consumer.ports import LogBounds
from tests.builders import event_bytes
from tests.unit.core.letter_examples import a_letter, a_record
from tests.unit.desk.desk_examples import CONNECT, a_summary, foreign, in_topic

ROOMY = 1_000_000


def of(letter: Letter, kind: Kind = "redrive", record: Any = None) -> Outlook:
    outlook = Outlook(kind)
    outlook.add(letter, record or in_topic())
    return outlook


def poison(value: bytes, max_bytes: int = ROOMY) -> Any:
    letter = a_letter(a_record(value=value), event=None, max_bytes=max_bytes)
    return in_topic(letter)


def test_open_letter_is_chosen() -> None:
    outlook = of(a_summary())

    assert (outlook.chosen, outlook.selected, outlook.bytes) == (1, 1, 1000)
    assert outlook.spans() == {3: LogBounds(17, 18)}
    assert outlook.chosen_of(3) == {17}
    assert outlook.chosen_of(0) == frozenset()


@pytest.mark.parametrize(
    "state", ["redriven", "resolved", "failed_again", "discarded", "forgotten"]
)
@pytest.mark.parametrize("kind", ["redrive", "discard"])
def test_letter_that_is_not_open_is_left_out(state: Any, kind: Kind) -> None:
    outlook = of(a_summary(state=state), kind)

    assert (outlook.chosen, outlook.selected) == (0, 1)
    ((why, count),) = outlook.left_out.items()
    assert why.endswith("only open letters can be acted on")
    assert count == 1
    assert outlook.examples[why] == [a_summary().dlq_id]


@pytest.mark.parametrize(
    ("value", "chosen"),
    [(b"not json", 0), (event_bytes(payload={"a": 10**30}), 0), (event_bytes(), 1)],
    ids=["no JSON", "inexact", "an event by now"],
)
def test_poison_is_left_out_of_a_redrive_while_it_is_no_event(value: bytes, chosen: int) -> None:
    letter = a_summary(disposition="poison")

    assert of(letter, record=poison(value)).chosen == chosen
    assert of(letter, "discard", record=poison(value)).chosen == 1


def test_cut_poison_is_chosen_because_its_source_may_have_it_whole() -> None:
    record = poison(event_bytes(payload={"x": "y" * 50_000}), max_bytes=8000)
    assert b'"truncated":true' in (record.value or b"")

    assert of(a_summary(disposition="poison"), record=record).chosen == 1


def test_letter_that_cannot_be_read_is_left_out() -> None:
    record = in_topic(value=b'{"schema":"everonce.dead-letter/1"}')

    outlook = of(a_summary(disposition="poison"), record=record)

    assert "not a letter that this Everonce reads" in next(iter(outlook.left_out))


def test_letter_of_another_system_can_be_redriven_and_not_discarded() -> None:
    letter = a_summary(ledger_key=None, dialect="connect")
    record = foreign(CONNECT, event_bytes())

    assert of(letter, "redrive", record).chosen == 1
    assert of(letter, "discard", record).left_out == {
        "not of this ledger: nothing holds it open": 1
    }


def test_letter_of_another_system_is_left_out_while_it_is_no_event() -> None:
    letter = a_summary(ledger_key=None, dialect="connect", event_id=None)

    assert of(letter, "redrive", foreign(CONNECT, b"nope")).chosen == 0


def test_imported_letter_has_no_entry() -> None:
    outlook = of(a_summary(ledger_key=None))
    outlook.add(a_summary(offset=18), in_topic())

    assert not outlook.has_entry(in_topic())
    assert outlook.has_entry(in_topic(offset=18))


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"code": "IDEMPOTENCY_CONFLICT", "cause": None}, "IDEMPOTENCY_CONFLICT"),
        ({"code": "PROCESSOR_MISSING", "cause": None}, "PROCESSOR_MISSING"),
    ],
)
def test_what_is_most_likely_in_vain_is_told_and_chosen_all_the_same(
    members: dict[str, Any], word: str
) -> None:
    outlook = of(a_summary(**members))

    assert outlook.chosen == 1
    assert [why.split(":")[0] for why in outlook.warnings] == [word]
    assert not of(a_summary(**members), "discard").warnings


def test_groups_sample_and_age_are_of_those_chosen() -> None:
    outlook = Outlook("redrive")
    for number in range(20):
        group = "a" if number % 4 else "b"
        letter = a_summary(offset=number, group=group, timestamp=1000.0 - number)
        outlook.add(letter, in_topic(offset=number))
    outlook.add(a_summary(offset=99, state="resolved", timestamp=1.0), in_topic(offset=99))

    assert {name: each.count for name, each in outlook.groups.items()} == {"a": 15, "b": 5}
    assert [each.offset for each in outlook.sample] == list(range(8))
    assert outlook.oldest == 981.0
    assert outlook.spans() == {3: LogBounds(0, 20)}


def test_letter_that_was_named_and_is_not_there_is_told() -> None:
    outlook = Outlook("redrive")
    for number in range(5):
        outlook.miss(f"letter-{number}")

    assert outlook.left_out == {"not in the dead-letter topic": 5}
    assert outlook.examples["not in the dead-letter topic"] == ["letter-0", "letter-1", "letter-2"]
    assert replace(outlook).chosen == 0
