"""What do 100,000 parked events in one partition cost: memory, restart, steady intake?

They are parked by the real thing: each fails once and asks for an hour.  The memory of an entry is
what a process that has restored them all is larger by than one that has restored nothing; some more
are due when it comes back, which tells how long a restart takes to the first due event.
"""

import asyncio
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from itertools import count
from statistics import median

import orjson

from consumer.embedded import EmbeddedKafka
from tests.benchmarks.marks import Measurement
from tests.benchmarks.processes import end, measured, start_everonce
from tests.faults.driver import Tell
from tests.faults.history import read_topic
from tests.faults.load import PlannedRecord
from tests.faults.topics import Topics, committed_offsets, create_topics, high_watermarks
from tests.report import Report
from tests.retries.dependent_run import DIRECTORY, attempt_log
from tests.retries.events import a_record, publish
from tests.retries.resident import resident_bytes
from tests.retries.story import read_attempts

PARKED = 100_000
_HOUR_SECONDS = 3_600.0
_DUE = 50
_DUE_SECONDS = 10.0
"""Long enough for a process to end before they are due, else it would run them itself."""
_WARM_UP = 2_000
_INTAKE = 30_000
_ROUNDS = 3
_WAIT_SECONDS = 180.0
_REST_SECONDS = 3.0
_LOGS = DIRECTORY / "many"
_SETTLED_SECONDS = re.compile(rb'"event":"session.started".*"restore_seconds":([0-9.e-]+)')


def add_many(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Park, restart, take in beside; and add the figures."""
    parked, rounds, intake = (10_000, 1, 10_000) if is_quick else (PARKED, _ROUNDS, _INTAKE)
    _LOGS.mkdir(parents=True, exist_ok=True)
    attempt_log("many").unlink(missing_ok=True)
    many = Many(kafka.bootstrap_servers, tell, parked)
    many.park(report)
    many.restart(report)
    many.take_in(report, rounds, intake)


class Many:
    """One partition with very many parked events, and one without."""

    def __init__(self, bootstrap_servers: str, tell: Tell, parked: int) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._tell = tell
        self._parked = parked
        self._numbers = count()
        self._topics = Topics.named("many")
        self._without = Topics.named("many-without")
        self._rest_bytes = 0
        """Memory of a process that holds nothing."""
        for topics in (self._topics, self._without):
            asyncio.run(create_topics(bootstrap_servers, topics, 1))

    def park(self, report: Report) -> None:
        """Let a process park them all."""
        process = self._start("parking")
        try:
            self._publish(self._topics, _WARM_UP, seconds=0.0)
            self._rest_bytes = self._memory(process)
            began = time.perf_counter()
            self._publish(self._topics, self._parked, delay=_HOUR_SECONDS)
            seconds = time.perf_counter() - began
            self._tell(f"many: {self._parked:,} events parked in {seconds:.1f} s")
            grown = self._memory(process) - self._rest_bytes
            report.measure("memory_parking_rate", self._parked / seconds, "events/s")
            report.measure("memory_per_entry_while_parking", grown / self._parked, "bytes")
            self._publish(self._topics, _DUE, delay=_DUE_SECONDS)
            self._end(process)
        finally:
            end(process)

    def restart(self, report: Report) -> None:
        """Let another process restore them, when some of them are due."""
        entries = asyncio.run(self._entry_bytes())
        report.prove("memory_parked", len(entries), "entries", f"= {self._parked + _DUE}")
        time.sleep(_DUE_SECONDS)
        began = time.time()
        process = self._start("restarted")
        try:
            first = self._when(lambda: self._begun()[:1])[0]
            self._when(lambda: self._begun()[_DUE - 1 :])
            grown = self._memory(process) - self._rest_bytes
            self._end(process)
        finally:
            end(process)
        late = len(self._begun())
        report.prove("early_many_due", late, "attempts", f"= {_DUE}")
        report.measure("memory_restart_to_first_due", first - began, "s")
        log = (_LOGS / "restarted.log").read_bytes()
        report.measure("memory_restore", max(map(float, _SETTLED_SECONDS.findall(log))), "s")
        report.measure("memory_of_process_at_rest", self._rest_bytes / 2**20, "MiB")
        report.measure("memory_of_all_entries", grown / 2**20, "MiB")
        report.measure("memory_per_entry", grown / self._parked, "bytes")
        encoded = sum(entries) / len(entries)
        report.measure("memory_per_entry_encoded", encoded, "bytes")
        report.measure("memory_per_entry_beyond_encoded", grown / self._parked - encoded, "bytes")

    def take_in(self, report: Report, rounds: int, events: int) -> None:
        """Measure the intake of other keys with the parked ones and without, in turns."""
        turns: dict[str, list[Measurement]] = {"with": [], "without": []}
        for number in range(rounds + 1):
            for side, topics in (("with", self._topics), ("without", self._without)):
                self._write(topics, events, seconds=0.0)
                measurement, _ = measured(self._start(f"{side}-{number}", topics, events))
                if number == 0:
                    continue  # it warms the broker
                turns[side].append(measurement)
                self._tell(
                    f"many, round {number}, {side} parked events: "
                    f"{measurement.events_per_second:,.0f} events/s"
                )
        for side, each in turns.items():
            rates = [turn.events_per_second for turn in each]
            report.measure(f"memory_intake_{side}_parked", median(rates), "events/s")
        kept = [
            ours.events_per_second / alone.events_per_second * 100
            for ours, alone in zip(turns["with"], turns["without"], strict=True)
        ]
        report.measure("memory_intake_kept", median(kept), "%", ">= 95")
        entries = asyncio.run(self._entry_bytes())
        report.prove("memory_still_parked", len(entries), "entries", f"= {self._parked}")

    def _start(
        self, name: str, topics: Topics | None = None, events: int = 0
    ) -> "subprocess.Popen[bytes]":
        settings = {
            "EVERONCE_PROCESSORS__MODULES": "tests.retries.processors",
            # Twice of what is parked, so that the bounds do not stop the intake beside it.
            "EVERONCE_RETRY__MAX_PARKED": str(2 * PARKED),
            "EVERONCE_RETRY__MAX_PARKED_BYTES": str(2**30),
            "EVERONCE_BREAKERS__ENABLED": "false",
            "FAULTS_EFFECTS": str(attempt_log("many")),
        }
        chosen = topics or self._topics
        return start_everonce(name, self._bootstrap_servers, chosen, events, settings, _LOGS)

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        """End *process* as an operator would: what a death leaves is another proof's matter.

        Raises:
            ValueError: It did not end cleanly.
        """
        process.send_signal(signal.SIGTERM)
        if status := process.wait(_WAIT_SECONDS):
            raise ValueError(f"a process ended with status {status}: see the logs in {_LOGS}")

    def _publish(self, topics: Topics, events: int, **payload: float) -> None:
        """Publish events, and wait until they are passed."""
        self._write(topics, events, **payload)
        asyncio.run(self._passed(topics))

    def _write(self, topics: Topics, events: int, **payload: float) -> None:
        records = self._records(events, **payload)
        asyncio.run(publish(self._bootstrap_servers, topics.input, records))

    def _records(self, events: int, **payload: float) -> Iterator[PlannedRecord]:
        event_type = "retry.later" if "delay" in payload else "retry.answers"
        for _ in range(events):
            number = next(self._numbers)
            # What is parked has keys of its own, the others share a thousand.
            key = b"parked-%d" % number if "delay" in payload else b"key-%03d" % (number % 1000)
            yield a_record(number, event_type, key=key, partitions=1, depends=False, **payload)

    async def _passed(self, topics: Topics) -> None:
        """Wait until the group has committed the end of the input."""
        async with asyncio.timeout(_WAIT_SECONDS):
            ends = await high_watermarks(self._bootstrap_servers, topics.input)
            while True:
                if await committed_offsets(self._bootstrap_servers, topics) == ends:
                    return
                await asyncio.sleep(0.2)

    def _memory(self, process: "subprocess.Popen[bytes]") -> int:
        """Return the resident memory of *process*, once it rests."""
        time.sleep(_REST_SECONDS)
        return resident_bytes(process.pid)

    async def _entry_bytes(self) -> list[int]:
        """Return the bytes of every parked entry, key included."""
        newest = {
            record.key: record.value
            for record in await read_topic(self._bootstrap_servers, self._topics.state)
        }
        return [
            len(key) + len(value)
            for key, value in newest.items()
            if value is not None and orjson.loads(value).get("status") == "parked"
        ]

    def _begun(self) -> list[float]:
        """Return when the attempts of due events began."""
        return [each.began_at for each in read_attempts(attempt_log("many"))]

    def _when(self, found: Callable[[], list[float]]) -> list[float]:
        """Wait until there is something.

        Raises:
            ValueError: There was nothing in three minutes.
        """
        deadline = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < deadline:
            if some := found():
                return some
            time.sleep(0.05)
        raise ValueError(f"no due event ran within {_WAIT_SECONDS:g} s: see the logs in {_LOGS}")
