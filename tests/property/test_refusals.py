"""Bisection convicts exactly the guilty, and soon."""

from math import ceil, log2

from hypothesis import given
from hypothesis import strategies as st

from consumer.core.refusals import Refusals


def batches(refusals: Refusals, waiting: list[int]) -> list[list[int]]:
    """Return *waiting* as a session commits it: each group of suspects apart."""
    groups: dict[int | None, list[int]] = {}
    for offset in waiting:
        groups.setdefault(refusals.group_of(offset), []).append(offset)
    return list(groups.values())


def run_session(refusals: Refusals, waiting: list[int], guilty: set[int]) -> bool:
    """Commit what *waiting* holds; True when the session is lost to a refusal."""
    for batch in batches(refusals, waiting):
        unconvicted = [offset for offset in batch if refusals.verdict(offset) is None]
        if guilty.intersection(unconvicted):
            refusals.refused(unconvicted, "results", f"too large: {len(batch)}")
            return True
        refusals.settled(batch)
        for offset in batch:
            waiting.remove(offset)
    return False


offsets = st.lists(st.integers(0, 10**6), min_size=1, max_size=200, unique=True)


@given(offsets, st.data())
def test_one_guilty_outcome_is_found_in_logarithmic_time(
    read: list[int], data: st.DataObject
) -> None:
    guilty = data.draw(st.sampled_from(read))
    refusals, waiting, lost = Refusals(), list(read), 0
    convicted: set[int] = set()
    while run_session(refusals, waiting, {guilty}):
        lost += 1
        convicted |= {offset for offset in read if refusals.verdict(offset) is not None}

    assert convicted == {guilty}
    assert lost <= ceil(log2(len(read))) + 2
    assert waiting == []
    assert not refusals.any


@given(offsets, st.data())
def test_all_guilty_outcomes_are_found_and_no_innocent_one(
    read: list[int], data: st.DataObject
) -> None:
    guilty = data.draw(st.sets(st.sampled_from(read), max_size=5))
    refusals, waiting, lost = Refusals(), list(read), 0
    convicted: set[int] = set()
    while run_session(refusals, waiting, guilty):
        lost += 1
        assert lost <= max(1, len(guilty)) * (ceil(log2(len(read))) + 2)
        convicted |= {offset for offset in read if refusals.verdict(offset) is not None}
        assert convicted <= guilty

    assert convicted == guilty
    assert waiting == []


@given(offsets)
def test_suspects_are_never_lost_between_two_groups(read: list[int]) -> None:
    refusals = Refusals()
    refusals.refused(read, "state", "too large")

    if len(read) == 1:
        assert refusals.verdict(read[0]) == ("state", "too large")
        assert refusals.group_of(read[0]) is None
    else:
        low, high = batches(refusals, sorted(read))
        assert low + high == sorted(read)
        assert 0 <= len(high) - len(low) <= 1
