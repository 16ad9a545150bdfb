"""Which facts are worth telling people, and what is said of them."""

from dataclasses import replace

import orjson
import pytest
from jsonschema import Draft202012Validator

from config.notify import NoticeKind
from consumer.core.facts import EventDeadLettered, Fact
from consumer.core.notice import (
    NOTEWORTHY,
    SEVERITY,
    Details,
    Notice,
    letters_sighting,
    sightings_of,
)
from consumer.core.notice_record import NoticeSource, notice_body
from consumer.core.schemas import schemas
from consumer.core.session_facts import PartitionRefused
from consumer.core.signature import signature
from tests.unit.telemetry.examples import (
    BREAKER_OPENED,
    GUARD_PAUSED,
    SESSION_STARTED,
    one_of_each,
)

LETTER = next(each for each in one_of_each() if isinstance(each, EventDeadLettered))
REFUSED = next(each for each in one_of_each() if isinstance(each, PartitionRefused))
SOURCE = NoticeSource(consumer="billing", instance="host:1", version="0.1.0")


@pytest.mark.parametrize(
    ("fact", "subject", "kind"),
    [
        (BREAKER_OPENED, "breaker:dependency:payments", "breaker_opened"),
        (
            replace(BREAKER_OPENED, before="half_open", after="closed"),
            "breaker:dependency:payments",
            "breaker_closed",
        ),
        (GUARD_PAUSED, "guard:workflow-events/3", "guard_paused"),
        (
            replace(GUARD_PAUSED, before="probing", after="passing"),
            "guard:workflow-events/3",
            "guard_resumed",
        ),
        (REFUSED, "partition:workflow-events/3", "partition_refused"),
    ],
)
def test_fact_is_a_sighting_of_its_subject(fact: Fact, subject: str, kind: str) -> None:
    (sighting,) = sightings_of(fact)
    assert (sighting.subject, sighting.kind) == (subject, kind)
    assert sighting.summary


@pytest.mark.parametrize(
    "fact",
    [
        replace(BREAKER_OPENED, before="open", after="half_open"),
        replace(BREAKER_OPENED, before="half_open", after="open"),
        replace(GUARD_PAUSED, before="paused", after="probing"),
        replace(GUARD_PAUSED, before="probing", after="paused"),
    ],
)
def test_probing_is_no_news(fact: Fact) -> None:
    assert sightings_of(fact) == ()


def test_session_ends_what_was_told_of_its_partition() -> None:
    sightings = sightings_of(SESSION_STARTED)
    assert {each.subject for each in sightings} == {
        "partition:workflow-events/3",
        "guard:workflow-events/3",
    }
    assert {each.kind for each in sightings} == {None}


def test_only_noteworthy_facts_are_sightings() -> None:
    for fact in one_of_each():
        assert bool(sightings_of(fact)) == (type(fact) in NOTEWORTHY)


def test_letters_are_one_group_by_cause_and_shape_whatever_their_numbers() -> None:
    one = replace(LETTER, cause="TIMEOUT", processor="charge", message="order 17 took 31 s")
    (first,) = sightings_of(one)
    (second,) = sightings_of(replace(one, message="order 4 took 99 s", offset=99, dlq_id="other"))
    (other,) = sightings_of(replace(one, processor="refund"))
    assert first.subject == second.subject != other.subject
    assert first.subject == f"group:{first.details['group']}"
    assert first.details["shape"] == "order # took # s"


def test_letter_without_cause_and_processor_is_a_sighting_too() -> None:
    (sighting,) = sightings_of(replace(LETTER, cause=None, processor=None, event_type=None))
    assert (sighting.details["code"], sighting.details["processor"]) == ("TIMEOUT", None)
    assert "no processor" in sighting.summary


def test_no_number_or_name_of_a_message_leaves_the_house() -> None:
    message = "card 4111111111111111 of 'Jo Doe' <jo@example.org> refused"
    (sighting,) = sightings_of(replace(LETTER, message=message))
    said = f"{sighting.summary} {sighting.details}"
    for private in ("4111", "Jo Doe", "jo@"):
        assert private not in said


@pytest.mark.parametrize("kind", SEVERITY)
def test_notice_is_written_as_its_schema_says(kind: NoticeKind) -> None:
    details: Details = {"a": "\ud800", "b": 1, "c": 0.5, "d": None}
    notice = Notice(kind, SEVERITY[kind], "group:\ud800", 5.0, "a \ud800 word", details, 3)
    document = orjson.loads(notice_body(notice, "id-1", 1_760_000_000.0, SOURCE))
    Draft202012Validator(schemas()["notice"]).validate(document)
    assert document["kind"] == kind
    assert document["at"].startswith("2025-10-09T")
    assert document["repeated"] == 3


def test_letters_over_the_threshold_are_told_with_their_number() -> None:
    sighting = letters_sighting(120, 100, 300.0)
    assert sighting.kind == "letters_exceeded"
    assert "120 dead letters within 300 s" in sighting.summary


def test_signature_is_the_hmac_that_receivers_compute() -> None:
    # printf '1760000000.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef
    expected = "2c435c4273ad1caba4ac63fa6d03fb28d9c34dd5834b37a314b559a26767ee5a"
    assert (
        signature(b"0123456789abcdef", b'{"a":1}', 1_760_000_000) == f"t=1760000000,v1={expected}"
    )
