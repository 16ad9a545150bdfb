"""``make show-desk``: do operators drain the dead letters, each event once, and safely?

Prints a table and writes ``build/reports/desk.json``; ends non-zero when a correctness goal is
missed.  What every command said, and the logs of every worker, stay in ``build/desk``.
"""

import argparse
import logging
import signal
import sys
import time
from types import FrameType

from rich.console import Console

from consumer.embedded import EmbeddedKafka
from tests.desk.alert import add_alert
from tests.desk.commands import CommandFailedError
from tests.desk.home import add_home
from tests.desk.home_cost import add_home_cost
from tests.desk.hostile import add_hostile
from tests.desk.killed import add_killed
from tests.desk.million import add_million
from tests.desk.once import add_once
from tests.desk.stage import DIRECTORY
from tests.desk.stop import add_stop
from tests.faults.driver import Tell
from tests.report import Report, people

RUNS = {
    "once": add_once,
    "killed": add_killed,
    "home": add_home,
    "home_cost": add_home_cost,
    "stop": add_stop,
    "million": add_million,
    "hostile": add_hostile,
    "alert": add_alert,
}
_QUICK = ("once", "killed", "stop", "million", "hostile")
"""Runs for continuous integration; the others are short there only by proving little."""
_LIMIT_SECONDS = 25 * 60


class _OutOfTimeError(Exception):
    """The whole has taken too long."""


def _end(number: int, frame: FrameType | None) -> None:
    # As exceptions, so that what was started is ended on the way out.
    if number == signal.SIGALRM:
        raise _OutOfTimeError
    sys.exit(128 + number)


def _play(report: Report, names: list[str], console: Console, *, is_quick: bool) -> int:
    """Play the runs *names*; return how many came to their end."""

    def tell(text: str) -> None:
        console.print(text, highlight=False, markup=False, style="dim", soft_wrap=True)

    finished = 0
    try:
        with EmbeddedKafka() as kafka:
            for name in names:
                console.print(f"[bold]{name}[/]", highlight=False)
                finished += _is_finished(report, name, kafka, tell, is_quick=is_quick)
    except* _OutOfTimeError:
        limit = _LIMIT_SECONDS
        report.note(f"ended after {limit} s: what is missing above was not finished")
    return finished


def _is_finished(
    report: Report, name: str, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool
) -> bool:
    """Play run *name*; return whether it came to its end."""
    wrong: list[Exception] = []
    began = time.monotonic()
    try:
        RUNS[name](report, kafka, tell, is_quick=is_quick)
    except* (CommandFailedError, TimeoutError) as group:
        wrong += group.exceptions
    report.measure(f"seconds_{name}", round(time.monotonic() - began, 1), "s")
    for error in wrong:
        report.note(f"{name} was not finished: {error!r}")
    return not wrong


def main() -> int:
    """Run the proofs and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.desk", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the part for continuous integration")
    parser.add_argument("--only", nargs="+", choices=RUNS, metavar="RUN", help="these runs only")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGALRM, _end)
    signal.alarm(_LIMIT_SECONDS)
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    # Our own clients' complaints; the workers have logs of their own.
    logging.basicConfig(filename=DIRECTORY / "driver.log", filemode="w", level=logging.WARNING)
    console = people()
    report = Report("show-desk", name="desk-quick" if arguments.quick else "desk")
    names = arguments.only or list(_QUICK if arguments.quick else RUNS)
    finished = _play(report, names, console, is_quick=arguments.quick)
    report.prove("runs_finished", finished, "runs", f"= {len(names)}")
    return report.finish(console)


if __name__ == "__main__":
    sys.exit(main())
