"""Is a change of partition counts noticed, and ignorance not taken for one?"""

import asyncio

import pytest

from consumer.runtime.partition_counts import (
    LOOK_SECONDS,
    PartitionCountError,
    watch_partition_counts,
)
from tests.fakes.clock import pass_time

Counts = dict[str, int | None]


async def watched(*looks: Counts) -> None:
    """Watch topics whose counts are as in *looks*, one after the other."""
    left = list(looks)

    def counts() -> Counts:
        return left.pop(0) if len(left) > 1 else left[0]

    async with asyncio.timeout(LOOK_SECONDS * len(looks) + 1):
        await watch_partition_counts(counts)


async def test_equal_counts_are_fine_and_what_cannot_be_seen_is_no_change() -> None:
    with pytest.raises(TimeoutError):
        await watched({"in": 4, "out": 4}, {"in": None, "out": 4}, {}, {"in": 4, "out": 4})


async def test_different_counts_are_named() -> None:
    with pytest.raises(PartitionCountError, match=r"in: 4, out: 6"):
        await watched({"in": 4, "out": 6})


async def test_count_that_changed_for_all_is_noticed() -> None:
    with pytest.raises(PartitionCountError, match=r"had 4 partitions and have 8 now"):
        await watched({"in": 4, "out": 4}, {"in": None}, {"in": 8, "out": 8})


async def test_one_of_them_growing_first_is_noticed() -> None:
    with pytest.raises(PartitionCountError, match=r"in: 8, out: 4"):
        await watched({"in": 4, "out": 4}, {"in": 8, "out": 4})
    await pass_time(0)
