"""How is a refused partition accepted from the command line?"""

import sys
from pathlib import Path

from config.settings import Settings
from consumer.acceptance import Accepting, NothingToAcceptError
from consumer.acceptance import accept as accept_partition
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.foreseen import foreseen
from consumer.commands.loop import run_async
from consumer.kafka.topics import partition_count


def accept(verb: Accepting, config: Path | None, *, partition: int | None, every: bool) -> int:
    """Carry out ``ledger adopt`` or ``ledger accept``; return the exit code."""
    if (partition is None) == (not every):
        raise CommandError("give either --partition N or --all", ExitCode.USAGE)
    settings = chosen_settings(config)
    with foreseen(settings.kafka):
        return run_async(_accept(settings, verb, partition))


async def _accept(settings: Settings, verb: Accepting, partition: int | None) -> int:
    count = await partition_count(settings)
    if count is None:
        raise CommandError(f"topic {settings.topics.input} is not there, or cannot be seen")
    if partition is not None and partition >= count:
        raise CommandError(
            f"{settings.topics.input} has no partition {partition}: it has 0 to {count - 1}",
            ExitCode.USAGE,
        )
    partitions = range(count) if partition is None else [partition]
    accepted = 0
    for number in partitions:
        accepted += await _accept_one(settings, verb, number)
    # With --all most partitions have nothing to accept, and that is well.
    return ExitCode.OK if accepted else ExitCode.PROBLEM


async def _accept_one(settings: Settings, verb: Accepting, partition: int) -> bool:
    name = f"{settings.topics.input}/{partition}"
    try:
        done = await accept_partition(settings, partition, verb)
    except NothingToAcceptError as error:
        sys.stdout.write(f"{name}: {error}\n")
        return False
    rewritten = f", {done.rewritten} entries rewritten" if done.rewritten else ""
    sys.stdout.write(
        f"{name}: accepted ({done.rule}), read from offset {done.next_input} on{rewritten}\n",
    )
    return True
