"""Every owner finds the same home for an id, and ids are spread over all of them."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from consumer.core.home import home_of

HOMES = [2, 6, 10, 4, 1, 7]
"""As they were when it was first released: owners of two versions share a group for a while."""


@given(key=st.text(), partitions=st.integers(1, 10_000))
def test_home_is_one_of_the_partitions_and_the_same_whoever_asks(key: str, partitions: int) -> None:
    home = home_of(key, partitions)

    assert 0 <= home < partitions
    assert home_of(key, partitions) == home


def test_home_does_not_change_from_one_version_to_the_next() -> None:
    assert [home_of(f"e:event-{number}", 12) for number in range(6)] == HOMES


@given(prefix=st.text(max_size=20), partitions=st.integers(2, 16))
def test_ids_are_spread_evenly(prefix: str, partitions: int) -> None:
    ids = 200 * partitions
    counts = Counter(home_of(f"{prefix}{number}", partitions) for number in range(ids))

    assert len(counts) == partitions
    assert max(counts.values()) < 2 * ids / partitions
    assert min(counts.values()) > 0.5 * ids / partitions
