"""Does a redrive that goes wrong stop by itself, say so, and leave everything as it should be?

The code was mended for every second event only.  A canary meets that at once; without one the ramp
meets it while little has been sent.  Once the code is mended for all, what is left is redriven, and
every event has completed once.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from consumer.commands.exits import ExitCode
from consumer.embedded import EmbeddedKafka
from tests.desk.checker import check_desk
from tests.desk.commands import Said
from tests.desk.events import Mix, planned
from tests.desk.figures import add_findings
from tests.desk.history import read_desk_history
from tests.desk.operator import Operator
from tests.desk.stage import Stage
from tests.faults.driver import Tell
from tests.report import Report

FULL = Mix(plain=300, permanent=300)
QUICK = Mix(plain=60, permanent=60)
CANARY = 8
_STOPPED = "It stopped by itself"
_REDRIVE = ("dlq", "redrive", "--code", "INVALID_CONFIG", "--rate", "200", "--yes")


def add_stop(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Play it, and add its figures."""
    asyncio.run(_play(report, Stage("stop", kafka, tell), QUICK if is_quick else FULL))


async def _play(report: Report, stage: Stage, mix: Mix) -> None:
    records = planned(mix)
    async with stage:
        await stage.deploy()
        await stage.publish(records)
        await stage.caught_up()
        await stage.deploy("half")
        operator = Operator(stage)
        canary = await operator.act(*_REDRIVE, "--canary", str(CANARY), "--json")
        asked, failed = _asked(report, "stop_canary", canary, most=CANARY)
        ramp = await operator.act(*_REDRIVE, "--canary", "0")
        _said(report, ramp)
        stage.tell(ramp.text.strip())
        more = await operator.act(*_REDRIVE, "--canary", "0", "--json")
        _asked(report, "stop_ramp", more, most=mix.permanent // 2)
        await stage.caught_up()
        states = await operator.states()
        _judge_states(report, states, mix, least_asked=asked, least_failed=failed)
        await stage.deploy("all")
        (await operator.act(*_REDRIVE)).must(ExitCode.OK)
        wanted = {each.event_id or "" for each in records}
        add_findings(report, "stop", check_desk(await read_desk_history(stage, wanted)))
        await stage.retire()


def _asked(report: Report, name: str, said: Said, *, most: int) -> tuple[int, int]:
    """Judge the report of a redrive that was to stop; return the asked for, and the failed."""
    run: dict[str, Any] = said.json()["run"]
    report.prove(f"{name}_exit_code", said.code, "exit code", f"= {ExitCode.STOPPED:d}")
    report.prove(f"{name}_asked_for", run["asked"], "letters", f"<= {most}")
    report.prove(f"{name}_failed_again", run["failed_again"], "letters", "> 0")
    unaccounted = run["asked"] - run["succeeded"] - run["failed_again"]
    report.prove(f"{name}_unaccounted", unaccounted, "letters", "= 0")
    return run["asked"], run["failed_again"]


def _said(report: Report, said: Said) -> None:
    """Judge what a person reads of a redrive that stopped."""
    report.prove("stop_said_so", int(_STOPPED in said.text), "sentence", "= 1")
    report.prove("stop_said_exit_code", said.code, "exit code", f"= {ExitCode.STOPPED:d}")


def _judge_states(
    report: Report, states: Mapping[str, int], mix: Mix, *, least_asked: int, least_failed: int
) -> None:
    """Judge how the letters stand after redrives that stopped.

    Each event has one letter that counts: it is open, or its event has completed; and each that
    failed again has left its earlier letter behind.
    """
    resolved, open_ = states.get("resolved", 0), states.get("open", 0)
    report.prove("stop_state_accounted", resolved + open_, "letters", f"= {mix.permanent}")
    report.prove("stop_state_open", open_, "letters", f">= {mix.permanent // 2}")
    report.prove("stop_state_under_way", states.get("redriven", 0), "letters", "= 0")
    again = states.get("failed_again", 0)
    report.prove("stop_state_failed_again", again, "letters", f">= {least_failed}")
    report.prove("stop_state_resolved", resolved, "letters", f">= {least_asked - least_failed}")
