"""One worker of a fault run: the real application, armed with a point and a planted fault.

``python -m tests.faults.worker --variant production --point mid_send --passage 7 --signal SIGKILL``
with the settings in the environment, as ``everonce run`` takes them.
"""

import argparse
import signal
from collections.abc import Callable
from typing import get_args

from config.settings import Settings
from consumer.core import settlement
from consumer.kafka.batches import Outputs, TopicLimits
from consumer.kafka.idempotent import CommitOffsets
from consumer.kafka.log_reader import LogReader
from consumer.kafka.state_log import KafkaStateLog
from consumer.ports import StateLog, Writer
from tests.faults.plan import Variant
from tests.faults.points import Trigger
from tests.faults.process import serve
from tests.faults.variants import (
    PointedIdempotentWriter,
    PointedStateLog,
    PointedWriter,
    RandomIdWriter,
    UncheckedWriter,
)

_WRITERS: dict[Variant, type[PointedWriter]] = {
    "production": PointedWriter,
    "ledger_ignored": PointedWriter,
    "random_transactional_id": RandomIdWriter,
    "unchecked_sends": UncheckedWriter,
}


def main() -> None:
    """Run until SIGTERM, or until the armed point ends us."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variant", choices=get_args(Variant), default="production")
    parser.add_argument("--point")
    parser.add_argument("--passage", type=int, default=1)
    parser.add_argument("--signal", choices=("SIGKILL", "SIGSTOP"), default="SIGKILL")
    arguments = parser.parse_args()
    trigger = Trigger(arguments.point, arguments.passage, signal.Signals[arguments.signal])
    variant: Variant = arguments.variant
    PointedWriter.trigger = PointedIdempotentWriter.trigger = trigger

    def make_writers(
        settings: Settings, limits: TopicLimits, commit_offsets: CommitOffsets
    ) -> Callable[[int], Writer]:
        outputs = Outputs.of(settings.topics, limits, settings.kafka.compression)
        if settings.processing.guarantee == "at_least_once":
            return lambda partition: PointedIdempotentWriter(
                settings, outputs, partition, commit_offsets
            )
        return lambda partition: _WRITERS[variant](settings, outputs, partition)

    def make_state_log(settings: Settings, reader: LogReader) -> StateLog:
        log = KafkaStateLog(settings, reader)
        return PointedStateLog(log, trigger, ignores_entries=variant == "ledger_ignored")

    if variant == "unchecked_sends":
        # The other half of the planted fault: sizes are not looked at when results are built.
        settlement._check_size = lambda *_: None
    serve(make_writers=make_writers, make_state_log=make_state_log)


if __name__ == "__main__":
    main()
