"""How do the shards of a state topic follow it?"""

from collections.abc import Mapping

from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.waiting.shard import Shard
from consumer.core.ledger_entry import UnknownEntryVersionError
from consumer.core.record import Record
from consumer.kafka.tap import Tap
from consumer.ports import LogBounds


class Shards:
    """What waits in each partition, as of the last time it was read."""

    def __init__(
        self,
        tap: Tap,
        topic: str,
        partition: int | None = None,
        since: Mapping[int, int] | None = None,
    ) -> None:
        """Follow *topic* by *tap*.

        Args:
            tap: Connected.
            topic: The state topic.
            partition: The only one that is read; None for all.
            since: Where to begin, by partition; else at its beginning.
        """
        self._tap = tap
        self._topic = topic
        self._partition = partition
        self._next = dict(since or {})
        self.by_partition: dict[int, Shard] = {}

    async def catch_up(self) -> None:
        """Read what has been committed since the last time.

        Raises:
            CommandError: There is no such partition, or an entry cannot be read.
        """
        bounds = await self._tap.bounds(self._topic)
        if self._partition is not None and self._partition not in bounds:
            raise CommandError(
                f"{self._topic} has no partition {self._partition}: it has {len(bounds)}, "
                "from 0 on",
                ExitCode.USAGE,
            )
        spans = {
            number: LogBounds(max(span.start, self._next.get(number, span.start)), span.end)
            for number, span in bounds.items()
            if self._partition in (None, number)
        }
        async for records in self._tap.read(self._topic, spans):
            for record in records:
                self._remember(record)
        for number, span in spans.items():
            self.by_partition.setdefault(number, Shard(number))
            self._next[number] = span.end

    def _remember(self, record: Record) -> None:
        shard = self.by_partition.setdefault(record.partition, Shard(record.partition))
        try:
            shard.remember(record.key, record.value)
        except UnknownEntryVersionError as error:
            raise CommandError(str(error)) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CommandError(
                f"{self._topic}/{record.partition}/{record.offset} is no entry of a ledger "
                f"({error!r}): only the consumer may write there; name the state topic by "
                "EVERONCE_TOPICS__STATE"
            ) from error
