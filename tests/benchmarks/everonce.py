"""Our side: the real application with everything on, as a process that measures itself.

``python -m tests.benchmarks.everonce --events 100000`` with the settings in the environment; it
drains and ends after the commit that settles the last event.  With 0 events it runs until SIGTERM.
"""

import argparse
import os
import signal
from collections.abc import Callable

from config.settings import Settings
from consumer.kafka.batches import Outputs, TopicLimits
from consumer.kafka.idempotent import CommitOffsets
from consumer.kafka.transactions import TransactionalWriter
from consumer.ports import CommitBatch, CommitReceipt, Writer
from tests.benchmarks.marks import Marks
from tests.benchmarks.sampling import Sampler
from tests.faults.process import serve


class MeasuredWriter(TransactionalWriter):
    """The production writer, which notes what it has committed."""

    marks: Marks | None = None

    async def commit(self, batch: CommitBatch) -> CommitReceipt:
        """Commit, then note how many results are visible."""
        receipt = await super().commit(batch)
        if self.marks is not None:
            # The first commit of a session says that it is ready to read.
            self.marks.begin()
            if self.marks.settle(len(batch.results)):
                os.kill(os.getpid(), signal.SIGTERM)
        return receipt


def main() -> None:
    """Run as a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, required=True)
    arguments = parser.parse_args()
    if arguments.events:
        sampler = Sampler() if "BENCHMARK_SAMPLES" in os.environ else None
        MeasuredWriter.marks = Marks(arguments.events, sampler)

    def make_writers(
        settings: Settings, limits: TopicLimits, commit_offsets: CommitOffsets
    ) -> Callable[[int], Writer]:
        outputs = Outputs.of(settings.topics, limits, settings.kafka.compression)
        return lambda partition: MeasuredWriter(settings, outputs, partition)

    serve(make_writers=make_writers)


if __name__ == "__main__":
    main()
