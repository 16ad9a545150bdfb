"""How is a run watched by the person who has asked for it?

A bar on a terminal; and whatever ends it, Ctrl-C included, the report.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from config.settings import Settings
from consumer.commands.exits import ExitCode
from consumer.desk.acts import Asked, Request
from consumer.desk.campaign import Campaign
from consumer.desk.letter_requests import LeaveOut
from consumer.desk.ramp import Plan
from consumer.desk.report import Report
from consumer.kafka.tap import Tap

Requests = Callable[[tuple[Tap, Tap], LeaveOut], AsyncGenerator[Request, None]]
"""Makes the acts of a run, given two readers and whom to tell what cannot be asked for."""


@dataclass(slots=True)
class Ran:
    """How a run went, also where it was interrupted."""

    report: Report
    seconds: float = 0.0


async def run(
    settings: Settings,
    requests: Requests,
    before: Mapping[str, Asked],
    ran: Ran,
    *,
    plan: Plan,
    name: str,
    count: int,
    wait: float,
) -> None:
    """Ask for *requests* and watch; what becomes of it stands in *ran*, at every moment.

    Args:
        settings: The deployment's.
        requests: What to ask for.
        before: What the same run has asked for before.
        ran: Where the report goes.
        plan: How careful it is.
        name: Of the run.
        count: How many acts there are in all.
        wait: Seconds without news after which it ends.
    """
    began = time.monotonic()
    with _bar(count) as tell:
        campaign = Campaign(settings, plan, name, wait_seconds=wait, tell=tell)
        ran.report = campaign.report
        try:
            async with AsyncExitStack() as stack:
                taps = (
                    await stack.enter_async_context(Tap(settings.kafka)),
                    await stack.enter_async_context(Tap(settings.kafka)),
                )
                made = requests(taps, campaign.report.leave_out)
                await campaign.carry_out(made, before)
        except asyncio.CancelledError:
            campaign.report.end = "interrupted"
            raise
        finally:
            ran.seconds = time.monotonic() - began


@contextmanager
def _bar(count: int) -> Iterator[Callable[[Report], None]]:
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[course]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("settled", total=count, course="")

        def tell(report: Report) -> None:
            course = report.course
            bad = f", {course.failed_again:,} failed again" if course.failed_again else ""
            bad += f", {course.refused:,} refused" if course.refused else ""
            bar.update(task, completed=course.answered, course=f"{course.going:,} under way{bad}")

        yield tell


def code_of(report: Report, left_out: int = 0) -> ExitCode:
    """Return the exit code of a run; *left_out* are those that were not even asked for."""
    match report.end:
        case "interrupted":
            return ExitCode.INTERRUPTED
        case "no_worker":
            return ExitCode.NO_WORKER
        case "stopped":
            return ExitCode.STOPPED
        case "waiting":
            return ExitCode.UNSETTLED
        case "answered":
            pass
    if report.course.failed_again:
        return ExitCode.FAILED_AGAIN
    return (
        ExitCode.REFUSED
        if report.course.refused + report.unsent_count + left_out
        else (ExitCode.OK)
    )
