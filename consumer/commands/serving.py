"""How does the consumer run under a command: where its log goes, and how it ends?"""

import asyncio
import contextlib
import os
import sys
from typing import BinaryIO

from config.settings import Settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.core.status import Status
from consumer.ports import Observer, StragglerError
from consumer.process import ConsumerProcess, MissingExtraError
from consumer.runtime.partition_counts import PartitionCountError
from consumer.runtime.vitality import NothingWorksError
from consumer.telemetry.http import HttpAddressError
from consumer.telemetry.output import configure_logging, own_logger
from processors.registry import Registry


class Service:
    """The consumer's process, its log, and what its failures mean for a command.

    Args:
        settings: The deployment's.
        registry: The processors.
        watcher: Told every fact beside telemetry: the live view.
        log: Where the log goes; standard error without it.

    Raises:
        CommandError: What the settings ask for is not installed.
    """

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        *,
        watcher: Observer | None = None,
        log: BinaryIO | None = None,
    ) -> None:
        configure_logging(settings.log, log)
        self._logger = own_logger(settings.log, log)
        try:
            self._process = ConsumerProcess(settings, registry, self._logger, beside=watcher)
        except MissingExtraError as error:
            raise CommandError(str(error), ExitCode.USAGE) from error

    def status(self) -> Status:
        """Return the process at this moment."""
        return self._process.status()

    def signalled(self, line: str) -> None:
        """Log that a signal came, in words for people."""
        self._logger.info("signal.received", message=line)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until *stop*, then drain.

        Raises:
            CommandError: It could not start, or could not go on.
            ConnectionError: Kafka did not answer within kafka.connect_timeout.
        """
        try:
            await self._process.run(stop)
        except StragglerError as error:
            self._end_at_once(error)
        except (HttpAddressError, NothingWorksError, PartitionCountError) as error:
            raise CommandError(str(error)) from error

    def _end_at_once(self, error: StragglerError) -> None:
        """End the process: its thread, or its coroutine, would hold up any orderly end."""
        self._logger.error("process.ended", reason="straggler", message=str(error))
        sys.stderr.write(f"everonce: {error}\n")
        with contextlib.suppress(OSError):
            sys.stderr.flush()
        os._exit(ExitCode.PROBLEM)
