"""Which stage of an event is on the CPU at this moment?

A sample is taken after each millisecond of CPU time; it belongs to the innermost frame whose file
belongs to a stage, so that what a stage calls (JSON, hashing, the standard library) counts as its
own.  Only what runs in the main thread is seen, which is where the event loop is.  The garbage
collector, which no signal interrupts, is timed instead.
"""

import gc
import signal
import time
from collections import Counter
from types import FrameType
from typing import Any

INTERVAL_SECONDS = 0.001

STAGES: dict[str, tuple[str, ...]] = {
    "fetch": ("aiokafka/consumer/", "consumer/kafka/source.py", "consumer/kafka/intake.py"),
    "decode": ("consumer/core/decode.py",),
    "admission": (
        "consumer/core/fingerprint.py",
        "consumer/core/dedup_key.py",
        "consumer/core/admission.py",
        "consumer/core/in_flight.py",
        "consumer/core/lanes.py",
        "consumer/core/offsets.py",
        "consumer/runtime/intake.py",
        "consumer/runtime/reading.py",
        "consumer/runtime/reading_turns.py",
        "consumer/runtime/supervisor.py",
    ),
    "attempt": (
        "consumer/runtime/worker.py",
        "consumer/runtime/workers.py",
        "consumer/runtime/attempts.py",
        "processors",
    ),
    "settlement": (
        "consumer/core/settlement.py",
        "consumer/core/giving_up.py",
        "consumer/core/result.py",
        "consumer/core/json_value.py",
        "consumer/core/timestamps.py",
        "consumer/core/ledger_entry.py",
        "consumer/core/output.py",
        "consumer/runtime/settling.py",
        "consumer/runtime/settlements.py",
    ),
    "commit": (
        "consumer/runtime/group_commit.py",
        "consumer/runtime/taking.py",
        "consumer/runtime/pending.py",
        "consumer/core/open_letters.py",
        "consumer/runtime/partition_state.py",
        "consumer/ledger/",
    ),
    "append": ("consumer/kafka/batches.py", "aiokafka/producer/message_accumulator.py"),
    "produce": ("aiokafka/producer/", "consumer/kafka/"),
    "client": ("aiokafka/",),
    "telemetry": ("consumer/telemetry/",),
}
"""Files by stage: the first stage with a part of the file's path wins."""

LOOP = "event_loop"
"""Everything that no stage has called."""


class Sampler:
    """Counts samples by stage, in the process that it runs in."""

    def __init__(self) -> None:
        self.samples: Counter[str] = Counter()
        self.collector_seconds = 0.0
        """CPU time of the garbage collector."""
        self._collecting_since = 0.0
        self._stages: dict[str, str | None] = {}

    def start(self) -> None:
        """Begin to sample."""
        gc.callbacks.append(self._time_collector)
        signal.signal(signal.SIGPROF, self._take)
        signal.setitimer(signal.ITIMER_PROF, INTERVAL_SECONDS, INTERVAL_SECONDS)

    def stop(self) -> None:
        """Sample no more."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        gc.callbacks.remove(self._time_collector)

    def _time_collector(self, phase: str, _info: dict[str, Any]) -> None:
        if phase == "start":
            self._collecting_since = time.process_time()
        else:
            self.collector_seconds += time.process_time() - self._collecting_since

    def _take(self, _number: int, frame: FrameType | None) -> None:
        if frame is not None and frame.f_code is Sampler._time_collector.__code__:
            return  # it came while the collector ran, which is timed already
        while frame is not None:
            file = frame.f_code.co_filename
            if file not in self._stages:
                self._stages[file] = stage_of(file)
            stage = self._stages[file]
            if stage is not None:
                self.samples[stage] += 1
                return
            frame = frame.f_back
        self.samples[LOOP] += 1


def stage_of(file: str) -> str | None:
    """Return the stage that the code in *file* belongs to."""
    for stage, parts in STAGES.items():
        if any(part in file for part in parts):
            return stage
    return None
