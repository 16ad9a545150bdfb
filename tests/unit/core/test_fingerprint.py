"""When two events with one id say the same, and under which key the ledger knows them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from config.dedup import DedupSettings
from consumer.core.dedup_key import PROGRESS_KEY, content_key, coordinates_key, dedup_key_for
from consumer.core.fingerprint import TooDeepError, fingerprint_for, same_content
from consumer.core.record import Headers
from tests.builders import a_record, an_event


def fingerprint(headers: Headers = (), *, names: tuple[str, ...] = (), **members: Any) -> str:
    settings = DedupSettings(fingerprint_headers=names)
    return fingerprint_for(settings)(an_event(**members), a_record(headers=headers))


def nested(levels: int) -> dict[str, Any]:
    payload: dict[str, Any] = {}
    for _ in range(levels):
        payload = {"inner": payload}
    return payload


def test_the_order_of_members_does_not_matter() -> None:
    one = {"a": 1, "b": {"c": 2, "d": [3, {"e": 4, "f": 5}]}}
    other = {"b": {"d": [3, {"f": 5, "e": 4}], "c": 2}, "a": 1}

    assert fingerprint(payload=one) == fingerprint(payload=other)


@pytest.mark.parametrize(
    "members",
    [
        {"payload": {"amount": 8}},
        {"payload": {"amount": "7"}},
        {"payload": {"amount": 7, "more": None}},
        {"payload": {"amount": [7]}},
        {"event_type": "order.deleted"},
        {"workflow_id": "invoices"},
        {"workflow_run_id": "run-2"},
        {"workflow_id": "order", "event_type": "sorder.created"},
    ],
)
def test_another_content_has_another_fingerprint(members: dict[str, Any]) -> None:
    assert fingerprint(**members) != fingerprint()


def test_the_order_of_a_list_matters() -> None:
    assert fingerprint(payload={"a": [1, 2]}) != fingerprint(payload={"a": [2, 1]})


def test_when_it_happened_is_not_part_of_the_content() -> None:
    later = datetime(2027, 1, 1, tzinfo=UTC)

    assert fingerprint(occurred_at=later, event_id="event-2") == fingerprint()


def test_a_fingerprint_is_short_and_names_its_algorithm() -> None:
    tag, _, digest = fingerprint().partition(":")

    assert (tag, len(digest)) == ("x1", 16)


def test_only_named_headers_count() -> None:
    names = ("tenant", "unit")
    base = fingerprint([("tenant", b"a")], names=names)

    assert fingerprint([("tenant", b"b")], names=names) != base
    assert fingerprint([("unit", b"a")], names=names) != base
    assert fingerprint([("tenant", b"a"), ("trace", b"x")], names=names) == base
    assert fingerprint([("tenant", b"a"), ("unit", b"")], names=names) != base
    assert fingerprint([("tenant", b"a")]) == fingerprint()


def test_the_order_of_headers_of_different_names_does_not_matter() -> None:
    headers = [("tenant", b"a"), ("unit", None)]

    one, other = (
        fingerprint(order, names=("unit", "tenant")) for order in (headers, headers[::-1])
    )
    assert one == other
    assert one == fingerprint(headers, names=("tenant", "unit", "tenant"))


def test_without_the_payload_any_payload_is_the_same() -> None:
    of = fingerprint_for(DedupSettings(fingerprint_payload=False))

    one, other = (of(an_event(payload={"amount": n}), a_record()) for n in (1, 2))
    assert one == other
    assert of(an_event(event_type="other"), a_record()) != one


def test_each_coverage_has_a_tag_of_its_own() -> None:
    coverages = [
        DedupSettings(),
        DedupSettings(fingerprint_payload=False),
        DedupSettings(fingerprint_headers=("a",)),
        DedupSettings(fingerprint_headers=("b",)),
        DedupSettings(fingerprint_payload=False, fingerprint_headers=("a",)),
    ]

    tags = {fingerprint_for(each)(an_event(), a_record()).partition(":")[0] for each in coverages}
    assert len(tags) == len(coverages)


@pytest.mark.parametrize(
    ("accepted", "same"),
    [
        pytest.param(("b1:aa",), True, id="equal"),
        pytest.param(("b1:bb",), False, id="different"),
        pytest.param(("b1:bb", "b1:aa"), True, id="one of several"),
        pytest.param(("b2:aa",), True, id="another algorithm cannot be compared"),
        pytest.param(("b1-12ab:aa",), True, id="another coverage cannot be compared"),
        pytest.param(("b1:bb", "b2:cc"), True, id="one of several cannot be compared"),
        pytest.param((), False, id="nothing accepted"),
    ],
)
def test_content_is_compared_within_one_tag_only(accepted: tuple[str, ...], *, same: bool) -> None:
    assert same_content("b1:aa", accepted) is same


def test_a_payload_that_is_too_deep_to_be_written_is_an_error_of_its_own() -> None:
    assert fingerprint(payload=nested(200)).startswith("x1:")
    with pytest.raises(TooDeepError, match="canonical JSON"):
        fingerprint(payload=nested(300))


@pytest.mark.parametrize(
    ("template", "members", "key"),
    [
        ("{event_id}", {}, "e:event-1"),
        ("{idempotency_key}", {"idempotency_key": "k"}, "k:k"),
        ("{workflow_id}:{fingerprint}", {}, "k:orders:b1:aa"),
        ("{event_type}:{occurred_at:%Y-%m-%d}", {}, "k:order.created:2026-01-31"),
        ("daily {workflow_run_id}", {}, "k:daily run-1"),
        ("{event_id}/{correlation_id}", {"correlation_id": "{event_id}"}, "k:event-1/{event_id}"),
    ],
)
def test_a_key_is_made_by_its_template(template: str, members: dict[str, Any], key: str) -> None:
    assert dedup_key_for(template)(an_event(**members), "b1:aa") == key


@pytest.mark.parametrize("members", [{}, {"idempotency_key": ""}, {"idempotency_key": None}])
def test_a_missing_field_falls_back_to_the_event_id(members: dict[str, Any]) -> None:
    key = dedup_key_for("{workflow_id}:{idempotency_key}")

    assert key(an_event(**members), "b1:aa") == "e:event-1"


def test_no_event_id_is_taken_for_a_key_of_another_kind() -> None:
    reserved = {
        PROGRESS_KEY,
        coordinates_key("workflow-events", 0, 7),
        content_key("e:event-1", "b1:aa"),
    }
    key = dedup_key_for("{event_id}")

    assert len(reserved) == 3
    for name in (*reserved, "event-1", "e:event-1", ""):
        assert key(an_event(name), "b1:aa") not in reserved


def test_each_content_of_a_known_id_has_a_key_of_its_own() -> None:
    keys = {content_key(key, tag) for key in ("e:1", "e:2") for tag in ("b1:aa", "b1:bb")}

    assert len(keys) == 4
