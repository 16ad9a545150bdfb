"""What does a process say of the letters and keys that wait for somebody?"""

from typing import Any

from consumer.core.status import PartitionStatus
from processors.contract import PermanentError, TransientError
from tests.builders import event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.fakes.process import MemoryProcess
from tests.runtime.staging import Stage, a_cluster, at_rest, is_passed, ledger, serving


def told(process: MemoryProcess) -> PartitionStatus:
    (partition,) = process.supervisor.status().partitions
    return partition


async def test_letters_are_open_until_a_resend_completes_also_across_owners() -> None:
    kafka, stage = a_cluster(), Stage()
    for event_id in ("one", "two"):
        kafka.publish(event_bytes(event_id), key=event_id.encode())
    kafka.publish(b"no event")
    async with serving(kafka, stage.processor) as process:
        (await stage.next("one")).fail(PermanentError("no"))
        await eventually(lambda: told(process).open_letters == 2)
        await pass_time(20)
        (await stage.next("two")).fail(PermanentError("no"))
        await eventually(lambda: at_rest(kafka))
        assert told(process).open_letters == 3
        assert 20 <= told(process).letter_oldest_age_seconds < 25
    async with serving(kafka, stage.processor, name="two") as process:
        assert told(process).open_letters == 3
        assert told(process).letter_oldest_age_seconds >= 20
        kafka.publish(event_bytes("one"), key=b"one")
        (await stage.next("one")).succeed()
        await eventually(lambda: at_rest(kafka))
        assert told(process).open_letters == 2


async def test_letter_whose_event_waits_again_is_not_open_meanwhile() -> None:
    retry: dict[str, Any] = {
        "policies": {"slow": {"max_attempts": 3, "base_delay": 10, "jitter": "none"}},
        "default_policy": "slow",
    }
    kafka, stage = a_cluster(retry=retry), Stage()
    kafka.publish(event_bytes("one"), key=b"k")
    async with serving(kafka, stage.processor) as process:
        (await stage.next("one")).fail(PermanentError("no"))
        await eventually(lambda: told(process).open_letters == 1)
        kafka.publish(event_bytes("one"), key=b"k")
        (await stage.next("one")).fail(TransientError("busy"))
        await eventually(lambda: is_passed(kafka))
        assert sum(told(process).parked_events.values()) == 1
        assert told(process).open_letters == 0
        (await stage.next("one", attempt=2)).fail(PermanentError("still no"))
        await eventually(lambda: told(process).open_letters == 1)
        assert told(process).letter_oldest_age_seconds < 5


async def test_letter_that_expires_is_no_longer_open() -> None:
    kafka, stage = a_cluster(dedup={"window": 10}), Stage()
    kafka.publish(event_bytes("one"), key=b"k")
    async with serving(kafka, stage.processor) as process:
        (await stage.next("one")).fail(PermanentError("no"))
        await eventually(lambda: told(process).open_letters == 1)
        await pass_time(process.env.letter_retention_seconds + 30)
        await eventually(lambda: ledger(kafka) == {})
        assert told(process).open_letters == 0


async def test_held_keys_are_told_until_their_letter_lets_them_go() -> None:
    kafka, stage = a_cluster(retry={"on_dead_letter": "hold_key"}), Stage()
    for event_id in ("bad", "second"):
        kafka.publish(event_bytes(event_id), key=b"k")
    async with serving(kafka, stage.processor) as process:
        (await stage.next("bad")).fail(PermanentError("no"))
        await eventually(lambda: is_passed(kafka))
        assert told(process).held_keys == 1
        kafka.publish(event_bytes("bad"), key=b"k")
        (await stage.next("bad")).succeed()
        (await stage.next("second")).succeed()
        await eventually(lambda: at_rest(kafka))
        assert told(process).held_keys == 0


async def test_how_long_letters_stay_is_told_beside_them() -> None:
    kafka = a_cluster()
    async with serving(kafka, Stage().processor) as process:
        status = process.supervisor.status()
        assert status.letter_retention_seconds == process.env.letter_retention_seconds
