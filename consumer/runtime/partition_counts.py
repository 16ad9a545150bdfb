"""Are all topics partitioned alike, and still as they were?

Dedup and key order rest on it: a key that moves to another partition meets a ledger that does not
know its ids.
"""

import asyncio
from collections.abc import Callable, Mapping

LOOK_SECONDS = 5.0


class PartitionCountError(Exception):
    """The topics' partition counts differ, or changed while we ran."""


async def watch_partition_counts(counts: Callable[[], Mapping[str, int | None]]) -> None:
    """Look at the topics' partition counts from time to time.

    Args:
        counts: Partitions by topic, as the client's metadata have them; None for unknown.

    Raises:
        PartitionCountError: They differ or changed; drain and stop.
    """
    first: int | None = None
    while True:
        known = {topic: count for topic, count in counts().items() if count}
        different = sorted(set(known.values()))
        if len(different) > 1:
            raise PartitionCountError(
                f"the topics have different numbers of partitions ({_listed(known)}): give all "
                "the same, see everonce topics check",
            )
        if different:
            first = first or different[0]
            if different[0] != first:
                raise PartitionCountError(
                    f"the topics had {first} partitions and have {different[0]} now: keys have "
                    "moved, so dedup and order do not hold across the change for one dedup "
                    "window; start again to accept that",
                )
        await asyncio.sleep(LOOK_SECONDS)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{topic}: {count}" for topic, count in sorted(counts.items()))
