"""Messages of the same kind of failure have one shape; those of different kinds have not."""

import pytest

from config.policies import RetryPolicy
from consumer.core.failure_shape import LONGEST_SHAPE, group_id, shape_of
from consumer.core.retry import GiveUp
from tests.unit.core.letter_examples import a_failure
from tests.unit.core.retry_examples import decided

SHAPES = {
    "nothing to fold": ("connection refused", "connection refused"),
    "number": ("timed out after 30 s", "timed out after <n> s"),
    "decimal": ("took 1.25 s", "took <n> s"),
    "negative": ("balance is -12.50", "balance is <n>"),
    "thousands": ("needs 1,250,000 bytes", "needs <n> bytes"),
    "id": ("order-4711 is closed", "order-<n> is closed"),
    "id of letters and digits": ("customer cus_9s6XKzkNRiz8i3 is gone", "customer cus_<n> is gone"),
    "uuid": ("run 296dc6c1-9ef6-5900-9c36-6f52ddbaeb27 ended", "run <n> ended"),
    "hexadecimal": ("object at 0x7f3a2c", "object at <n>"),
    "trace": ("trace 4bf92f3577b34da6a3ce929d0e0e4736", "trace <n>"),
    "moment": ("due 2026-10-03T12:00:00.125Z", "due <n>"),
    "moment with zone": ("due 2026-10-03 12:00:00+02:00 at last", "due <n> at last"),
    "address and port": ("no route to 10.0.0.17:9092", "no route to <n>"),
    "random": ("token aGVsbG8gd29ybGQgYWdh1 refused", "token <n> refused"),
    "single quotes": ("KeyError: 'customer'", "KeyError: <text>"),
    "double quotes": ('no such host "bank.example"', "no such host <text>"),
    "back quotes": ("column `total` is null", "column <text> is null"),
    "escaped quote": ('bad value "a \\" b" here', "bad value <text> here"),
    "apostrophe": ("can't read the user's order", "can't read the user's order"),
    "series of numbers": ("offsets [1, 2, 3]", "offsets [<n>]"),
    "series of names": ("one of 'a', 'b', 'c'", "one of <text>"),
    "query": ("GET https://bank/v/pay?id=a&to=b failed", "GET https://bank/v/pay?<text> failed"),
    "mail": ("no mailbox jo.doe@example.org", "no mailbox <text>"),
    "lines": ("first line\n\tsecond  line ", "first line second line"),
    "cut in a quotation": ("body: 'lorem ipsum…", "body: <text>"),
    "long name": ("max_in_flight_records is exceeded", "max_in_flight_records is exceeded"),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("message", "shape"), SHAPES.values(), ids=SHAPES)
def test_what_tells_one_event_from_another_is_folded(message: str, shape: str) -> None:
    assert shape_of(message) == shape


def test_long_message_has_a_short_shape() -> None:
    assert len(shape_of("word " * 10_000)) <= LONGEST_SHAPE


def test_message_cut_in_a_long_quotation_has_the_shape_of_one_that_is_not() -> None:
    assert shape_of(f"refused: '{'x ' * 5000}'") == shape_of("refused: 'x'")


@pytest.mark.parametrize(
    "other",
    [
        ("SERVICE_UNAVAILABLE", "invoices", "TimeoutError", "timed out after 30 s"),
        ("TIMEOUT", "orders", "TimeoutError", "timed out after 30 s"),
        ("TIMEOUT", None, "TimeoutError", "timed out after 30 s"),
        ("TIMEOUT", "invoices", "httpx.ReadTimeout", "timed out after 30 s"),
        ("TIMEOUT", "invoices", "TimeoutError", "gave up after 30 s"),
        ("TIMEOUTinvoices", "", "TimeoutError", "timed out after 30 s"),
    ],
    ids=["code", "processor", "no processor", "exception", "message", "border"],
)
def test_other_failures_are_other_groups(other: tuple[str, str | None, str, str]) -> None:
    mine = group_id("TIMEOUT", "invoices", "TimeoutError", "timed out after 30 s")
    assert group_id(*other) != mine


def test_name_of_a_group_never_changes() -> None:
    # Operators keep it in tickets, notifications carry it, resumed redrives select by it.
    assert group_id("TIMEOUT", None, "", shape_of("timed out after 30 s")) == "63ba74e0"


def test_id_of_the_event_is_folded_wherever_it_stands() -> None:
    assert shape_of("the order blue-shirt is late", "blue-shirt") == "the order <n> is late"
    assert shape_of("an apple a day", "a") == "an apple a day", "too short to tell"


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
