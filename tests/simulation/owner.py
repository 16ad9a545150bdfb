"""What can befall a process that owns partitions?

Each has a loop of its own on the clock of all, so that one can be stopped in the middle of
anything while the others go on.
"""

import asyncio
import contextlib
from typing import Any

from consumer.runtime.vitality import NothingWorksError
from processors.registry import Registry
from tests.fakes.clock import StepLoop
from tests.fakes.kafka import MemoryKafka
from tests.fakes.process import MemoryProcess


class Owner:
    """One process, running from the start."""

    def __init__(self, kafka: MemoryKafka, registry: Registry, name: str) -> None:
        self.name = name
        self.frozen = False
        self.crashed = False
        self.errors: list[dict[str, Any]] = []
        self.loop = StepLoop(kafka.clock, jumps=False)
        self.loop.set_exception_handler(lambda _loop, context: self.errors.append(context))
        self.process = MemoryProcess(kafka, registry, name=name, draw=lambda: 0.5)
        self._task = self.loop.create_task(self.process.run())

    @property
    def steps(self) -> bool:
        """Whether time passes for it."""
        return not self.frozen and not self.crashed

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself; a failure of its own is raised."""
        assert not self.errors, self.errors
        if self._task.done() and not self.crashed:
            with contextlib.suppress(NothingWorksError):
                self._result()
        return self._task.done()

    def _result(self) -> None:
        try:
            self._task.result()
        except ExceptionGroup as group:
            raise group.exceptions[0] from group

    def drain(self) -> None:
        """Send SIGTERM."""
        self.process.stop.set()
        self.process.source.wake()

    def crash(self) -> None:
        """Send SIGKILL: nothing it does from now on reaches anybody."""
        self.crashed = True
        self.process.connection.is_cut = True
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_idle()
        unfinished = asyncio.all_tasks(self.loop)
        assert not unfinished, unfinished
        self.loop.close()
