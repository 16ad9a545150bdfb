"""``make faults`` and ``make faults-quick``: is nothing lost, doubled or out of order?

Prints a table and writes ``build/reports/faults.json`` (or ``faults-quick.json``); ends non-zero
when a correctness goal is missed.  Logs of every worker stay in ``build/faults``.
"""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from rich.console import Console

from consumer.embedded import EmbeddedKafka
from tests.faults.driver import DIRECTORY, Run, RunOutcome
from tests.faults.plan import Stage, full, quick
from tests.faults.verdict import add_run
from tests.report import Report, people

_FULL_SECONDS = 15 * 60.0
_QUICK_SECONDS = 5 * 60.0


async def _play(stages: Sequence[Stage], console: Console) -> AsyncGenerator[RunOutcome, None]:
    for stage in stages:
        names = ", ".join(run.name for run in stage.runs)
        console.print(f"[bold]{stage.nodes} node(s):[/] {names}", highlight=False)
        # Nothing else runs while it starts or stops, so nothing is blocked by that.
        with EmbeddedKafka(nodes=stage.nodes) as kafka:
            for outcome in await _play_stage(stage, kafka, console):
                yield outcome


async def _play_stage(stage: Stage, kafka: EmbeddedKafka, console: Console) -> list[RunOutcome]:
    def tell(text: str) -> None:
        console.print(text, highlight=False, style="dim", soft_wrap=True)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(Run(plan, kafka, tell).play()) for plan in stage.runs]
    return [task.result() for task in tasks]


async def _main(stages: Sequence[Stage], report: Report, limit_seconds: float) -> int:
    console = people()
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    if task is not None:
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
    finished = 0
    try:
        async with asyncio.timeout(limit_seconds), aclosing(_play(stages, console)) as outcomes:
            async for outcome in outcomes:
                add_run(report, outcome)
                finished += 1
    except TimeoutError:
        report.note(f"ended after {limit_seconds:g} s: what is missing above was not finished")
    planned = sum(len(stage.runs) for stage in stages)
    report.prove("runs_finished", finished, "runs", f"= {planned}")
    return report.finish(console)


def main() -> int:
    """Run the suite and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the part for continuous integration")
    parser.add_argument("--only", nargs="+", metavar="RUN", help="these runs only, by name")
    arguments = parser.parse_args()
    stages = quick() if arguments.quick else full()
    if arguments.only:
        chosen = [
            replace(stage, runs=[run for run in stage.runs if run.name in arguments.only])
            for stage in stages
        ]
        stages = [stage for stage in chosen if stage.runs]
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    # Our own clients' complaints about killed brokers; the workers have logs of their own.
    logging.basicConfig(filename=DIRECTORY / "driver.log", filemode="w", level=logging.WARNING)
    report = Report("faults-quick" if arguments.quick else "faults")
    limit_seconds = _QUICK_SECONDS if arguments.quick else _FULL_SECONDS
    try:
        return asyncio.run(_main(stages, report, limit_seconds))
    except asyncio.CancelledError:
        return 128 + signal.SIGTERM
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
