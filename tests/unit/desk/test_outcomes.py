"""What the audit topic says of letters without an entry."""

import pytest

from consumer.desk.letters import LetterState
from consumer.desk.outcomes import Outcomes
from tests.unit.desk.desk_examples import audit_bytes


def after(*values: bytes | None) -> LetterState:
    outcomes = Outcomes()
    for value in values:
        outcomes.remember(value)
    return outcomes.state_of("dlq/3/17")


def test_letter_is_open_until_something_was_done() -> None:
    assert after() == "open"


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("accepted", "redriven"),
        ("completed", "resolved"),
        ("duplicate", "resolved"),
        ("dead_lettered", "failed_again"),
        ("done", "discarded"),
        ("refused", "open"),
    ],
)
def test_outcome_says_the_state(outcome: str, state: LetterState) -> None:
    assert after(audit_bytes(outcome=outcome)) == state


def test_latest_outcome_counts_and_a_refusal_changes_nothing() -> None:
    acts = [audit_bytes(outcome=each) for each in ("accepted", "completed", "refused")]

    assert after(*acts) == "resolved"


def test_end_of_a_redrive_is_told_under_the_entry_that_its_event_has_since() -> None:
    accepted = audit_bytes(outcome="accepted")

    assert after(accepted, audit_bytes(outcome="completed", ledger_key="e:1")) == "resolved"
    assert after(accepted, audit_bytes(outcome="dead_lettered", ledger_key="e:1")) == "failed_again"


@pytest.mark.parametrize(
    "value",
    [
        None,
        audit_bytes(ledger_key="e:1", outcome="completed"),
        audit_bytes(dlq_id="other", outcome="completed"),
        audit_bytes(schema="other/1", outcome="completed"),
        b'{"ledger_key":null',
        b'["ledger_key",{"ledger_key":null}]',
        audit_bytes(dlq_id=7, outcome="completed"),
    ],
)
def test_record_about_something_else_changes_nothing(value: bytes | None) -> None:
    assert after(value) == "open"
