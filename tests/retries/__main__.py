"""``make show-retry``: does a failing event wait durably, in order, and nobody else with it?

Prints a table and writes ``build/reports/retry.json``; ends non-zero when a correctness goal is
missed.  Logs of every worker stay in ``build/retries``.
"""

import argparse
import logging
import signal
import sys
from types import FrameType

from rich.console import Console

from consumer.embedded import EmbeddedKafka
from tests.report import Report, people
from tests.retries.breaker import add_breaker
from tests.retries.budget import add_budget
from tests.retries.dependent_run import DIRECTORY
from tests.retries.guard import add_guard
from tests.retries.healthy import add_healthy
from tests.retries.many import add_many
from tests.retries.outage import add_outage
from tests.retries.quarantine import add_quarantine

RUNS = {
    "outage": add_outage,
    "healthy": add_healthy,
    "many": add_many,
    "breaker": add_breaker,
    "guard": add_guard,
    "quarantine": add_quarantine,
    "budget": add_budget,
}
_LIMIT_SECONDS = 25 * 60


def _end(number: int, frame: FrameType | None) -> None:
    # As exceptions, so that what was started is ended on the way out.
    if number == signal.SIGALRM:
        raise TimeoutError
    sys.exit(128 + number)


def _play(report: Report, names: list[str], console: Console, *, is_quick: bool) -> int:
    """Play the runs *names*, each on a Kafka of its own; return how many came to their end."""

    def tell(text: str) -> None:
        console.print(text, highlight=False, style="dim", soft_wrap=True)

    finished = 0
    try:
        for name in names:
            console.print(f"[bold]{name}[/]", highlight=False)
            with EmbeddedKafka() as kafka:
                RUNS[name](report, kafka, tell, is_quick=is_quick)
            finished += 1
    except TimeoutError:
        limit = _LIMIT_SECONDS
        report.note(f"ended after {limit} s, or in a wait: what is missing above was not finished")
    return finished


def main() -> int:
    """Run the proofs and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.retries", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller: fewer kills, fewer events")
    parser.add_argument("--only", nargs="+", choices=RUNS, metavar="RUN", help="these runs only")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGALRM, _end)
    signal.alarm(_LIMIT_SECONDS)
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    # Our own clients' complaints; the workers have logs of their own.
    logging.basicConfig(filename=DIRECTORY / "driver.log", filemode="w", level=logging.WARNING)
    console, report = people(), Report("show-retry", name="retry")
    names = arguments.only or list(RUNS)
    finished = _play(report, names, console, is_quick=arguments.quick)
    report.prove("order_runs_finished", finished, "runs", f"= {len(names)}")
    return report.finish(console)


if __name__ == "__main__":
    sys.exit(main())
