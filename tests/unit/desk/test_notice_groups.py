"""A notice of a new group names the very group that the desk shows."""

import pytest

from consumer.core.dead_letter import LetterContext
from consumer.core.notice import sightings_of
from consumer.core.outcome_facts import event_dead_lettered
from consumer.core.retry import GiveUp
from consumer.desk.summary import summary
from tests.builders import in_flight
from tests.unit.core.letter_examples import a_failure, a_letter, an_event
from tests.unit.desk.desk_examples import in_topic, nothing_known

CAUSE = a_failure(message="run of r-4711 and e-7 failed after 3 s: 'no' jo@example.org")
LIMIT = a_failure(code="MAX_RETRIES_EXCEEDED", message=f"Failed after 3 attempts: {CAUSE.message}")


@pytest.mark.parametrize(
    "give_up",
    [GiveUp("permanent", CAUSE, CAUSE), GiveUp("exhausted", LIMIT, CAUSE)],
    ids=["permanent", "exhausted"],
)
@pytest.mark.parametrize("dialect", ["none", "spring"])
def test_notice_and_desk_speak_of_the_same_group(give_up: GiveUp, dialect: str) -> None:
    event = an_event(event_id="e-7", workflow_run_id="r-4711")
    item = in_flight(event)
    written = a_letter(
        event=event,
        give_up=give_up,
        context=LetterContext(item.processor.name if item.processor else None, "", "", ""),
        dialect=dialect,
    )
    letter = summary(in_topic(written), nothing_known())

    (sighting,) = sightings_of(event_dead_lettered(item.record, item, give_up, written.dlq_id))

    assert sighting.details["group"] == letter.group
    assert sighting.details["shape"] == letter.shape


def test_record_that_is_no_event_is_of_the_same_group_too() -> None:
    failure = a_failure(code="INVALID_INPUT", message="no JSON at character 17", type="")
    give_up = GiveUp("poison", failure, failure)
    context = LetterContext(None, None, "billing", "0.1.0")
    written = a_letter(event=None, give_up=give_up, context=context)
    letter = summary(in_topic(written), nothing_known())

    (sighting,) = sightings_of(
        event_dead_lettered(in_flight().record, None, give_up, written.dlq_id)
    )

    assert sighting.details["group"] == letter.group
