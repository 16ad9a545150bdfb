"""``make bench``: what does an event cost, and how fast is it?

Prints a table and writes ``build/reports/bench.json``.  A wrong result fails; a missed speed goal
is reported only.  Logs of the measured processes stay in ``build/benchmarks``.
"""

import argparse
import signal
import sys
from types import FrameType

from consumer.embedded import EmbeddedKafka
from tests.benchmarks.cpu import add_cpu
from tests.benchmarks.io import add_io
from tests.benchmarks.latency import add_latency
from tests.benchmarks.stages import add_stages
from tests.report import Report, people

PARTS = ("cpu", "stages", "io", "latency")


def _terminate(number: int, frame: FrameType | None) -> None:
    # As an exception, so that what was started is ended on the way out.
    sys.exit(128 + number)


def main() -> int:
    """Run the benchmarks and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="these parts only")
    parser.add_argument("--rounds", type=int, default=5, help="of cpu, each with every side")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _terminate)
    console = people()
    report = Report("bench")

    def tell(text: str) -> None:
        console.print(text, highlight=False, style="dim", soft_wrap=True)

    with EmbeddedKafka() as kafka:
        if "cpu" in arguments.only:
            add_cpu(report, kafka.bootstrap_servers, tell, arguments.rounds)
        if "stages" in arguments.only:
            add_stages(report, kafka.bootstrap_servers, tell)
        if "io" in arguments.only:
            add_io(report, kafka.bootstrap_servers, tell)
        if "latency" in arguments.only:
            add_latency(report, kafka.bootstrap_servers, tell)
    return report.finish(console)


if __name__ == "__main__":
    sys.exit(main())
