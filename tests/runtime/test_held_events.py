"""What becomes of events that are held when their session ends?"""

from consumer.core.session_facts import SessionClosed, SessionLost
from tests.builders import a_processor
from tests.fakes.clock import eventually, pass_time
from tests.runtime.outage import BRISK, LOST, PATIENT, Dependency, is_open, publish
from tests.runtime.staging import (
    Stage,
    a_cluster,
    answered,
    at_rest,
    committed,
    progress,
    serving,
)


async def test_drain_does_not_wait_for_held_events_and_leaves_them_to_the_next_owner() -> None:
    kafka, payments = a_cluster(breakers=BRISK, retry=PATIENT), Dependency()
    async with serving(kafka, payments.call) as process:
        publish(kafka, *"abc")
        await is_open(process)
        publish(kafka, *"def")
        await eventually(lambda: process.env.gates.held >= 3)
        stopped = kafka.clock.monotonic
    assert kafka.clock.monotonic - stopped < 2
    assert process.env.gates.held == 0
    assert progress(kafka).clean
    assert process.told.of(SessionClosed)[0].clean
    assert committed(kafka) == 3, "the retries that waited were parked"
    payments.is_down = False
    async with serving(kafka, payments.call, name="next"):
        await eventually(lambda: at_rest(kafka))
    assert sorted(answered(kafka)) == [(each, "success") for each in "abcdef"]
    assert len(payments.calls) == 3 + 6


async def test_breaker_that_closes_during_a_drain_starts_nothing_in_it() -> None:
    kafka, payments, stage = a_cluster(breakers=BRISK, retry=PATIENT), Dependency(), Stage()
    processors = (a_processor(payments.call, "pay"), a_processor(stage.processor, "slow"))
    async with serving(kafka, *processors) as process:
        publish(kafka, *"abc", event_type="pay")
        publish(kafka, "slow", event_type="slow")
        await is_open(process)
        slow = await stage.next("slow")
        calls = len(payments.calls)
        payments.is_down = False
        process.stop.set()
        await pass_time(22)
        slow.succeed()
    assert len(payments.calls) == calls
    assert answered(kafka) == [("slow", "success")]
    assert progress(kafka).clean


async def test_lost_session_drops_what_was_held_and_its_successor_holds_it_again() -> None:
    kafka, payments = a_cluster(breakers=BRISK, retry=PATIENT), Dependency()
    async with serving(kafka, payments.call) as process:
        publish(kafka, *"abc")
        await is_open(process)
        publish(kafka, *"def")
        await eventually(lambda: process.env.gates.held == 6)
        first = process.session()
        state = process.state()
        state.lose(LOST)
        await eventually(lambda: process.told.of(SessionLost))
        await eventually(lambda: process.session() is not first and process.reads())
        await eventually(lambda: process.env.gates.held == 6)
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
    assert sorted(answered(kafka)) == [(each, "success") for each in "abcdef"]
    assert len(payments.calls) == 3 + 6, "nothing ran twice"
