"""What becomes of an event that is published again on purpose?"""

from consumer.core.facts import BatchCommitted
from processors.contract import PermanentError
from tests.builders import event_bytes
from tests.fakes.clock import eventually
from tests.fakes.process import MemoryProcess
from tests.runtime.staging import (
    Stage,
    a_cluster,
    accept,
    answered,
    at_rest,
    ledger,
    letters,
    results,
    serving,
)


def kinds(process: MemoryProcess) -> dict[str, int]:
    """Return how many duplicates of which kind were counted."""
    counted: dict[str, int] = {}
    for fact in process.told.of(BatchCommitted):
        for kind, count in fact.tally.duplicates.items():
            counted[kind] = counted.get(kind, 0) + count
    return counted


async def test_resend_of_a_dead_lettered_event_runs_and_resolves_its_letter() -> None:
    kafka, stage = a_cluster(), Stage()
    async with serving(kafka, stage.processor):
        kafka.publish(event_bytes("one"))
        (await stage.next("one")).fail(PermanentError("no"))
        await eventually(lambda: at_rest(kafka))
        kafka.publish(event_bytes("one", payload={"amount": 9}))
        (await stage.next("one")).fail(PermanentError("still no"))
        await eventually(lambda: at_rest(kafka))
        kafka.publish(event_bytes("one", payload={"amount": 10}))
        (await stage.next("one")).succeed()
        await eventually(lambda: at_rest(kafka))
        kafka.publish(event_bytes("one", payload={"amount": 9}))
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [("one", "error"), ("one", "error"), ("one", "success")]
    first, second = letters(kafka)
    assert second["redrive"] == {"count": 1, "previous_dlq_ids": [first["dlq_id"]]}
    mark = ledger(kafka)["e:one"].letter
    assert mark is not None
    assert (mark.state, mark.count) == ("resolved", 2)


async def test_resend_is_dropped_where_settings_say_so() -> None:
    kafka, stage = a_cluster(dedup={"on_resend": "drop"}), Stage()
    async with serving(kafka, stage.processor) as process:
        kafka.publish(event_bytes("one"))
        (await stage.next("one")).fail(PermanentError("no"))
        await eventually(lambda: at_rest(kafka))
        kafka.publish(event_bytes("one"))
        await eventually(lambda: at_rest(kafka))
        assert kinds(process) == {"resend_dropped": 1}
    assert answered(kafka) == [("one", "error")]


async def test_template_without_the_event_id_lets_the_first_trigger_win() -> None:
    kafka = a_cluster(dedup={"key": "{workflow_id}:{occurred_at:%Y-%m-%d}"})
    kafka.publish(event_bytes("one", payload={"amount": 1}))
    kafka.publish(event_bytes("two", payload={"amount": 2}))
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    assert [(r["event_id"], r["status"], r["result"]) for r in results(kafka)] == [
        ("one", "success", {"accepted": "one"}),
        ("two", "duplicate", {"accepted": "one"}),
    ]
