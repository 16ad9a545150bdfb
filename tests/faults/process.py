"""How does the real application become a process of a test?

What ``everonce run`` runs, with its settings, processors, telemetry, event loop and signals; ours
is only which writers and which state log it is given, and that it dies with its parent.
"""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from config.loading import load_settings
from config.settings import Settings
from consumer.commands.loop import run_async
from consumer.commands.signals import stopping
from consumer.kafka.state_log import KafkaStateLog
from consumer.kafka.writers import writers
from consumer.ports import StateLog, Writer
from consumer.process import ConsumerProcess
from consumer.telemetry.output import configure_logging, own_logger
from processors.loading import load_processors

MakeWriters = Callable[..., Callable[[int], Writer]]
MakeStateLog = Callable[..., StateLog]

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent() -> None:
    """Ask the kernel to kill this process, stopped or not, when its parent is gone."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before we asked
        os.kill(os.getpid(), signal.SIGKILL)


def serve(
    *, make_writers: MakeWriters = writers, make_state_log: MakeStateLog = KafkaStateLog
) -> None:
    """Run the application that the environment describes, until SIGTERM."""
    die_with_parent()
    settings = load_settings()
    configure_logging(settings.log)
    run_async(_serve(settings, make_writers=make_writers, make_state_log=make_state_log))


async def _serve(settings: Settings, **parts: Any) -> None:
    logger = own_logger(settings.log)
    registry = load_processors(settings.processors.modules, settings.retry)
    stop = asyncio.Event()
    with stopping(stop, logger.info):
        await ConsumerProcess(settings, registry, logger, **parts).run(stop)
