"""Which letters a selection means."""

from typing import Any

import pytest

from consumer.desk.selection import Selection
from tests.unit.core.letter_examples import NOW
from tests.unit.desk.desk_examples import a_summary

LETTER = a_summary()


def test_without_anything_asked_it_means_open_letters() -> None:
    assert Selection().wants(LETTER)
    assert not Selection().wants(a_summary(state="resolved"))


@pytest.mark.parametrize(
    "asked",
    [
        {"codes": {"MAX_RETRIES_EXCEEDED"}},
        {"codes": {"TIMEOUT", "OTHER"}},
        {"dispositions": {"exhausted"}},
        {"processors": {"shop.orders.charge"}},
        {"processors": {"*.charge"}},
        {"type_pattern": "invoice.*"},
        {"workflow_id": "w-1"},
        {"key": b"k-1"},
        {"since": NOW},
        {"until": NOW + 1},
        {"text": "BANK did"},
        {"text": "e-1"},
        {"group": "0123"},
        {"states": frozenset()},
        {"partition": 3},
        {"dlq_ids": {LETTER.dlq_id}},
    ],
    ids=str,
)
def test_letter_that_is_like_what_was_asked_is_meant(asked: dict[str, Any]) -> None:
    assert Selection(**asked).wants(LETTER)


@pytest.mark.parametrize(
    "asked",
    [
        {"codes": {"OTHER"}},
        {"dispositions": {"poison"}},
        {"processors": {"charge"}},
        {"type_pattern": "order.*"},
        {"workflow_id": "w"},
        {"key": b"k"},
        {"since": NOW + 1},
        {"until": NOW},
        {"text": "insurance"},
        {"group": "123abcd"},
        {"states": {"resolved", "discarded"}},
        {"partition": 4},
        {"dlq_ids": {"other"}},
    ],
    ids=str,
)
def test_letter_that_is_not_is_not(asked: dict[str, Any]) -> None:
    assert not Selection(**asked).wants(LETTER)


def test_text_is_looked_for_in_the_whole_letter() -> None:
    selection = Selection(text="customer-4711")

    assert selection.wants(LETTER, b'{"payload":{"id":"CUSTOMER-4711"}}')
    assert not selection.wants(LETTER, b'{"payload":{"id":"customer-4712"}}')


def test_letter_without_processor_and_type_matches_only_the_pattern_for_all() -> None:
    letter = a_summary(processor=None, event_type=None, key=None, event_id=None)

    assert Selection(processors={"*"}, type_pattern="*").wants(letter)
    assert not Selection(processors={"shop.*"}).wants(letter)
    assert not Selection(text="k-1").wants(letter)
