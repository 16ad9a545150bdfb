"""Does every letter's event complete, once, however often somebody asks for it?

2,000 events, 300 of them letters of five kinds and more.  An operator's session by commands alone
until no letter is open; then every one of these commands again, and every act on the control topic
once more as it stands there.
"""

import asyncio

from aiokafka import AIOKafkaProducer

from consumer.embedded import EmbeddedKafka
from tests.desk.checker import DeskHistory, check_desk
from tests.desk.events import Mix, planned
from tests.desk.figures import add_commands, add_findings
from tests.desk.history import read_desk_history, read_effects
from tests.desk.operator import Operator, parked_ids
from tests.desk.stage import Stage
from tests.faults.driver import Tell
from tests.faults.history import read_topic
from tests.report import Report

FULL = Mix(
    plain=1670,
    permanent=90,
    data=10,
    exhausted=80,
    unknown=80,
    poison=20,
    conflict=20,
    later=10,
)
QUICK = Mix(
    plain=250, permanent=16, data=1, exhausted=12, unknown=12, poison=1, conflict=2, later=2
)
_SHOWN = 3
_KEPT_EXIT_CODES = {0, 1, 2, 7}
"""Of a command that is typed again: nothing to do, no such parked event, not open any more."""


def add_once(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Play the session, and add its figures."""
    asyncio.run(_play(report, Stage("once", kafka, tell), QUICK if is_quick else FULL))


async def _play(report: Report, stage: Stage, mix: Mix) -> None:
    records = planned(mix)
    wanted = {each.event_id for each in records if each.event_id is not None}
    wanted |= {f"poison-{number:05}" for number in _poison_numbers(mix)}
    async with stage:
        await stage.deploy()
        await stage.publish(records)
        await stage.caught_up()
        report.prove("once_events", len(records), "records", f">= {mix.plain + mix.letters}")
        operator = Operator(stage)
        await _drain(report, stage, operator, mix)
        before = await read_desk_history(stage, wanted)
        add_findings(report, "once", check_desk(before))
        await _again(report, stage, operator, before)
        await stage.retire()


def _poison_numbers(mix: Mix) -> range:
    before = mix.plain + mix.permanent + mix.data + mix.exhausted + mix.unknown
    return range(before + 1, before + mix.poison + 1)


async def _drain(report: Report, stage: Stage, operator: Operator, mix: Mix) -> None:
    """Work until no letter is open."""
    report.prove("once_letters", await operator.look(_SHOWN), "letters", f"= {mix.letters}")
    kinds = {(each["disposition"], each["code"]) for each in await operator.letters()}
    report.prove("once_kinds", len(kinds), "kinds of letters", ">= 5")
    parked = parked_ids(mix)
    half = len(parked) // 2
    await operator.cancel(parked[:half])
    await stage.deploy("all")
    stage.tell("the code is mended")
    await operator.start_now(parked[half:])
    await operator.mend_poison()
    await operator.mend_data()
    await operator.mend_conflicts(mix.conflict // 2)
    await operator.discard_conflicts()
    stage.tell("the data is mended")
    ran, refused = await operator.race()
    report.measure("once_rivals_ran", ran, "letters of two redrives at once")
    report.measure("once_rivals_refused", refused, "letters")
    await operator.redrive_groups()
    states = await operator.states()
    stage.tell(f"letters by state: {states}")
    report.prove("once_canaries", operator.canaries, "redrives", ">= 3")
    open_ = sum(states.get(each, 0) for each in ("open", "redriven"))
    report.prove("once_left_open", open_, "letters", "= 0")
    discarded = states.get("discarded", 0)
    report.prove("once_discarded", discarded, "letters", f"= {mix.conflict - mix.conflict // 2}")
    resolved = mix.letters - discarded + half
    report.prove("once_resolved", states.get("resolved", 0), "letters", f"= {resolved}")


async def _again(report: Report, stage: Stage, operator: Operator, before: DeskHistory) -> None:
    """Ask for everything once more: by the same commands, and by the very same records."""
    effects = read_effects(stage)
    said = await operator.again()
    report.measure("once_commands_again", len(said), "commands")
    odd = [each for each in said if each.code not in _KEPT_EXIT_CODES]
    report.prove("once_again_failed", len(odd), "commands", "= 0")
    add_commands(report, odd)
    asked = await _asked_again(stage)
    await stage.caught_up()
    after = await read_desk_history(stage, before.wanted)
    report.measure("once_acts_again", asked, "acts")
    ran = (read_effects(stage) - effects).total()
    report.prove("once_again_ran", ran, "events", "= 0")
    report.prove("once_again_results", len(after.results) - len(before.results), "results", "= 0")
    add_findings(report, "once_again", check_desk(after))


async def _asked_again(stage: Stage) -> int:
    """Write every record of the control topic once more, as a desk gone mad would."""
    records = await read_topic(stage.bootstrap_servers, stage.topics.control)
    async with AIOKafkaProducer(
        bootstrap_servers=stage.bootstrap_servers, enable_idempotence=True
    ) as producer:
        for each in records:
            await producer.send_and_wait(
                each.topic,
                each.value,
                key=each.key,
                partition=each.partition,
                headers=list(each.headers),
            )
    return len(records)
