"""The summary of the sample: a table that adds up, a verdict, a telling letter."""

from consumer.commands.sample.accounting import Account
from consumer.commands.sample.summary import Patience, instructive, summary
from tests.unit.commands.rendering import rendered

COUNTS = {
    ("ordinary", "completed"): 900,
    ("poison", "dead-lettered"): 17,
    ("duplicate", "duplicate"): 83,
}


def test_published_is_the_sum_of_its_outcomes_row_by_row() -> None:
    account = Account(COUNTS, ())  # type: ignore[arg-type]

    text = rendered(summary(account, (), seconds=7.5, where="the topics"), 80)

    rows = [" ".join(row.split()) for row in text.splitlines()]
    assert "published as records completed dead-lettered duplicate ignored" in rows
    assert "ordinary 900 = 900 · · ·" in rows
    assert "poison 17 = · 17 · ·" in rows
    assert "all 1,000 = 900 17 83 0" in rows
    assert "✓ Each of the 1,000 records has exactly one outcome" in text
    assert "unaccounted" not in text


def test_what_is_unaccounted_for_gets_a_column_and_the_verdict() -> None:
    counts = {**COUNTS, ("ordinary", "unaccounted"): 3}
    account = Account(counts, ("3 published records have no outcome",))  # type: ignore[arg-type]

    text = rendered(summary(account, (), seconds=7.5, where="the topics"))

    assert "unaccounted" in text
    assert "✗ It does not add up" in text
    assert "3 published records have no outcome" in text
    assert "✓" not in text


def test_letter_that_was_retried_in_vain_is_shown_first() -> None:
    letters = [{"disposition": each} for each in ("poison", "permanent", "exhausted", "crashed")]

    assert instructive(letters)["disposition"] == "exhausted"
    assert instructive(letters[:2])["disposition"] == "permanent"
    assert instructive(letters[3:])["disposition"] == "crashed"


def test_what_the_outage_parked_is_told() -> None:
    account = Account(COUNTS, ())  # type: ignore[arg-type]
    patience = Patience(1425, 0.047)

    text = rendered(summary(account, (), seconds=7.5, where="x", patience=patience), 200)

    assert "The payment gateway was down for 2 s: 1,425 times an event was parked" in text
    assert "released when its time came, 0.05 s late at most." in text
