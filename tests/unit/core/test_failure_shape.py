"""Which failures are alike."""

import pytest

from config.policies import RetryPolicy
from consumer.core.failure_shape import group_id, shape_of, without_limit
from consumer.core.retry import GiveUp
from tests.unit.core.letter_examples import a_failure
from tests.unit.core.retry_examples import decided


@pytest.mark.parametrize(
    ("message", "shape"),
    [
        ("no answer from 10.0.0.17:8080 after 30.5 s", "no answer from # after # s"),
        ("order 7 of customer-1234 refused", "order # of customer-# refused"),
        ("invoice 3f2b8c1e-5a4d-4b7e-9c2a-0d1e2f3a4b5c is unknown", "invoice # is unknown"),
        ("object 507f1f77bcf86cd799439011 at 0x7ffdeadbeef", "object # at #"),
        ("token a1b2c3XyZ9 is no card", "token # is no card"),
        ("late since 2026-01-31T23:59:59.123Z", "late since #"),
        ("""no "blue" 'shirt' in `stock`""", "no … in …"),
        ("don't know what it's about", "don't know what it's about"),
        ("missing: 'a', 'b', 'c'", "missing: …"),
        ("codes 1, 2, 3", "codes #"),
        ("cut in 'the midd", "cut in …"),
        ("one\n\n  two", "one two"),
        ("not UTF-8, see RFC 8259", "not UTF-8, see RFC 8259"),
        ("Failed after 3 attempts: no answer", "no answer"),
        ("Failed after 1 attempt, and the deadline of 60 s has passed: no", "no"),
        ("", ""),
        ("balance is -12.50", "balance is #"),
        ("needs 1,250,000 bytes", "needs # bytes"),
        ("customer cus_9s6XKzkNRiz8i3 is gone", "customer cus_# is gone"),
        ("trace 4bf92f3577b34da6a3ce929d0e0e4736", "trace #"),
        ("key aGVsbG8gd29ybGQgYWdhaW4 refused", "key # refused"),
        ('bad value "a \\" b" here', "bad value … here"),
        ("no mailbox jo.doe@example.org", "no mailbox …"),
        ("GET https://bank/v/pay?id=a&to=b failed", "GET https://bank/v/pay?… failed"),
        ("what? nothing=all", "what? nothing=all"),
        ("max_in_flight_records is exceeded", "max_in_flight_records is exceeded"),
    ],
)
def test_what_differs_from_event_to_event_is_folded(message: str, shape: str) -> None:
    assert shape_of(message) == shape


def test_ids_of_the_event_are_folded_wherever_they_stand() -> None:
    assert shape_of("the order blue-shirt is late", ["blue-shirt", None]) == "the order # is late"


def test_short_id_is_not_taken_for_every_letter() -> None:
    assert shape_of("an apple a day", ["a"]) == "an apple a day"


def test_words_of_the_limit_are_no_part_of_the_message() -> None:
    assert without_limit("Failed after 12 attempts: disk full") == "disk full"
    assert without_limit("disk full") == "disk full"


def test_only_the_beginning_of_a_long_message_counts() -> None:
    assert shape_of("x " * 400 + "tail") == shape_of("x " * 400 + "another")


def test_group_id_is_the_same_in_every_process() -> None:
    assert group_id("TIMEOUT", "charge", "bank.Error", "no answer") == "3ea505ae"


@pytest.mark.parametrize(
    "other",
    [
        ("OTHER", "charge", "bank.Error", "no answer"),
        ("TIMEOUT", None, "bank.Error", "no answer"),
        ("TIMEOUT", "charge", "", "no answer"),
        ("TIMEOUT", "charge", "bank.Error", "an answer"),
        ("TIMEOUT", "chargebank", ".Error", "no answer"),
    ],
)
def test_each_of_the_four_tells_groups_apart(other: tuple[str, str | None, str, str]) -> None:
    assert group_id(*other) != group_id("TIMEOUT", "charge", "bank.Error", "no answer")


@pytest.mark.parametrize(
    ("policy", "attempt"),
    [
        (RetryPolicy(max_attempts=1), 1),
        (RetryPolicy(max_attempts=3), 3),
        (RetryPolicy(enabled=False), 1),
        (RetryPolicy(disabled_codes=("NETWORK_ERROR",)), 2),
        (RetryPolicy(deadline=0.001), 1),
    ],
    ids=["one attempt", "attempts", "switched off", "code switched off", "deadline"],
)
def test_group_is_the_same_whichever_limit_was_met(policy: RetryPolicy, attempt: int) -> None:
    failure = a_failure(code="NETWORK_ERROR", message="no route to 10.0.0.1: 3 tries")
    decision = decided(policy, attempt=attempt, failure=failure)
    assert isinstance(decision, GiveUp)
    assert decision.failure.message != failure.message
    assert shape_of(decision.failure.message) == shape_of(failure.message)
