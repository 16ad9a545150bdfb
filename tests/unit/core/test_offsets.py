"""The settled prefix of one partition, example by example."""

import pytest

from consumer.core.offsets import LastRead, PartitionOffsets


def test_a_new_partition_commits_where_it_starts() -> None:
    offsets = PartitionOffsets(5, LastRead(4, 77))

    assert (offsets.committable, offsets.next, offsets.window, len(offsets)) == (5, 5, 0, 0)
    assert offsets.last_below == LastRead(4, 77)
    assert PartitionOffsets(0).last_below is None


def test_what_settles_later_in_the_log_waits_for_the_prefix() -> None:
    offsets = PartitionOffsets(0)
    for offset in (0, 1, 4):
        offsets.admit(offset, 100 + offset)

    offsets.settle_all([1, 4])
    assert (offsets.committable, offsets.window) == (0, 5)
    assert offsets.last_below is None

    offsets.settle(0)
    assert (offsets.committable, offsets.window) == (5, 0)
    assert offsets.last_below == LastRead(4, 104)


def test_markers_at_the_end_are_passed() -> None:
    offsets = PartitionOffsets(0)
    offsets.admit(0, 100)
    offsets.passed(7)
    assert offsets.committable == 0

    offsets.settle(0)
    assert offsets.committable == 7
    assert offsets.last_below == LastRead(0, 100)
    offsets.passed(3)
    assert offsets.next == 7


@pytest.mark.parametrize("offset", [0, 1])
def test_a_record_that_is_read_twice_is_an_error(offset: int) -> None:
    offsets = PartitionOffsets(0)
    offsets.admit(1, 100)

    with pytest.raises(ValueError, match=rf"offset {offset} was already admitted .*expected: 2"):
        offsets.admit(offset, 100)


def test_settling_what_is_not_in_flight_is_an_error() -> None:
    offsets = PartitionOffsets(0)
    offsets.admit(0, 100)
    offsets.settle(0)

    with pytest.raises(KeyError):
        offsets.settle(0)
    with pytest.raises(KeyError):
        offsets.settle_all([1])
