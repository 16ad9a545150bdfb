"""When is an event forgotten, and when is it not?"""

from consumer.core.process_facts import IntakeChanged
from consumer.core.session_facts import LedgerTrimmed, SessionLost
from processors.contract import PermanentError
from tests.builders import event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.fakes.requests import Fate
from tests.runtime.staging import (
    Stage,
    a_cluster,
    accept,
    answered,
    at_rest,
    ledger,
    serving,
)

BRIEF = {"window": 100}


async def test_settled_event_is_forgotten_after_its_window_by_tombstone() -> None:
    kafka = a_cluster(dedup=BRIEF)
    async with serving(kafka, accept) as process:
        kafka.publish(event_bytes("one"))
        await eventually(lambda: at_rest(kafka))
        await pass_time(95)
        assert ledger(kafka).keys() == {"e:one"}
        await pass_time(20)
        assert ledger(kafka) == {}
        assert len(process.state().ledger) == 0
        assert sum(fact.expired for fact in process.told.of(LedgerTrimmed)) == 1
        kafka.publish(event_bytes("one"))
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [("one", "success")] * 2


async def test_duplicate_that_was_not_read_yet_keeps_its_id_remembered() -> None:
    kafka, stage = a_cluster(dedup=BRIEF, processing={"max_in_flight_records": 1}), Stage()
    async with serving(kafka, stage.processor):
        kafka.publish(event_bytes("one"))
        (await stage.next("one")).succeed()
        await eventually(lambda: at_rest(kafka))
        kafka.publish(event_bytes("slow"))
        slow = await stage.next("slow")
        kafka.publish(event_bytes("one"))
        # Longer than the window, and the attempt's timeout is longer still.
        await pass_time(25)
        slow.succeed()
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [("one", "success"), ("slow", "success")]


async def test_unread_duplicate_is_recognised_after_a_downtime_longer_than_the_window() -> None:
    kafka = a_cluster(dedup=BRIEF)
    kafka.publish(event_bytes("one"))
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    await pass_time(50)
    kafka.publish(event_bytes("one"))
    await pass_time(500)
    async with serving(kafka, accept, name="next"):
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [("one", "success")]


async def test_entry_with_a_letter_stays_as_long_as_the_letter() -> None:
    kafka, stage = a_cluster(dedup=BRIEF), Stage()
    async with serving(kafka, stage.processor) as process:
        process.env.letter_retention_seconds = 1000
        for event_id in ("failed", "mended"):
            kafka.publish(event_bytes(event_id))
            (await stage.next(event_id)).fail(PermanentError("no"))
        kafka.publish(event_bytes("mended"))
        await pass_time(2)
        kafka.publish(event_bytes("mended"))
        (await stage.next("mended")).succeed()
        await eventually(lambda: at_rest(kafka))
        await pass_time(900)
        assert ledger(kafka).keys() == {"e:failed", "e:mended"}
        await pass_time(200)
        assert ledger(kafka) == {}


async def test_full_ledger_forgets_the_oldest_early_and_says_so() -> None:
    kafka, stage = a_cluster(dedup={"max_entries": 5}), Stage()
    async with serving(kafka, stage.processor) as process:
        kafka.publish(event_bytes("failed"))
        (await stage.next("failed")).fail(PermanentError("no"))
        for number in range(10):
            kafka.publish(event_bytes(f"{number}"))
            (await stage.next(f"{number}")).succeed()
            await pass_time(300)
        assert ledger(kafka).keys() == {"e:failed", "e:6", "e:7", "e:8", "e:9"}
        assert sum(fact.evicted for fact in process.told.of(LedgerTrimmed)) == 6


async def test_full_ledger_in_which_nothing_may_be_forgotten_takes_one_at_a_time() -> None:
    kafka, stage = a_cluster(dedup={"max_entries": 2, "window": 1000}), Stage()
    async with serving(kafka, stage.processor) as process:
        process.env.letter_retention_seconds = 1000
        for number in range(3):
            kafka.publish(event_bytes(f"{number}"))
            (await stage.next(f"{number}")).fail(PermanentError("no"))
        await pass_time(20)
        assert process.state().full
        kafka.publish(event_bytes("first"))
        kafka.publish(event_bytes("second"))
        first = await stage.next("first")
        await pass_time(10)
        assert "second" not in stage.begun
        assert [fact.bound for fact in process.told.of(IntakeChanged)][:1] == ["entries"]
        # A full stop would be one for ever: what is unread keeps the ledger from forgetting.
        first.succeed()
        (await stage.next("second")).succeed()
        await eventually(lambda: at_rest(kafka))


async def test_key_that_a_letter_holds_goes_on_when_the_letter_expires() -> None:
    kafka, stage = a_cluster(dedup=BRIEF, retry={"on_dead_letter": "hold_key"}), Stage()
    async with serving(kafka, stage.processor) as process:
        process.env.letter_retention_seconds = 1000
        for event_id in ("bad", "next"):
            kafka.publish(event_bytes(event_id), key=b"k")
        (await stage.next("bad")).fail(PermanentError("no"))
        await pass_time(900)
        assert stage.begun == ["bad"]
        (await stage.next("next")).succeed()
        await eventually(lambda: at_rest(kafka))
        assert sum(fact.released for fact in process.told.of(LedgerTrimmed)) == 1


async def test_nothing_is_forgotten_while_the_log_cannot_be_asked() -> None:
    kafka = a_cluster(dedup=BRIEF)
    async with serving(kafka, accept) as process:
        kafka.publish(event_bytes("one"))
        await eventually(lambda: at_rest(kafka))
        await pass_time(5)
        process.source.deaf = True
        await pass_time(250)
        assert ledger(kafka).keys() == {"e:one"}
        process.source.deaf = False
        await eventually(lambda: not ledger(kafka))


async def test_tombstone_that_was_lost_with_its_session_is_written_again() -> None:
    kafka = a_cluster(dedup=BRIEF)
    async with serving(kafka, accept) as process:
        kafka.publish(event_bytes("one"))
        await eventually(lambda: at_rest(kafka))
        kafka.requests.next("commit", Fate.NEVER_SENT)
        await pass_time(130)
        assert process.told.of(SessionLost)
        await eventually(lambda: not ledger(kafka))
        await eventually(lambda: len(process.state().ledger) == 0)


async def test_event_of_an_id_that_is_about_to_be_forgotten_is_remembered_anew() -> None:
    kafka, stage = a_cluster(dedup=BRIEF), Stage()
    async with serving(kafka, stage.processor) as process:
        process.env.letter_retention_seconds = 100
        kafka.publish(event_bytes("one"))
        (await stage.next("one")).fail(PermanentError("no"))
        await eventually(lambda: at_rest(kafka))
        await pass_time(95)
        kafka.publish(event_bytes("one"))
        await stage.next("one")
        await pass_time(20)
        (await stage.next("one")).succeed()
        await eventually(lambda: at_rest(kafka))
        assert ledger(kafka)["e:one"].status == "completed"
        assert len(process.state().ledger) == 1
