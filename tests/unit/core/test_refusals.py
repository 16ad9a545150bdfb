"""Suspects are committed apart until one of them is convicted."""

from consumer.core.refusals import Refusals


def test_nobody_is_suspected_at_first() -> None:
    refusals = Refusals()

    refusals.settled([1, 2])

    assert not refusals.any
    assert refusals.group_of(1) is None
    assert refusals.verdict(1) is None


def test_a_refused_batch_is_halved() -> None:
    refusals = Refusals()
    refusals.refused([4, 1, 3, 2], "results", "too large")

    assert refusals.any
    assert refusals.group_of(1) == refusals.group_of(2)
    assert refusals.group_of(3) == refusals.group_of(4)
    assert refusals.group_of(1) != refusals.group_of(3)
    assert refusals.group_of(5) is None


def test_an_outcome_that_was_refused_alone_is_convicted_with_its_words() -> None:
    refusals = Refusals()
    refusals.refused([4, 5], "dlq", "too large")
    refusals.refused([5], "dlq", "invalid timestamp")

    assert refusals.verdict(5) == ("dlq", "invalid timestamp")
    assert refusals.verdict(4) is None
    assert refusals.group_of(5) is None
    assert refusals.group_of(4) is not None


def test_who_is_committed_is_innocent_again() -> None:
    refusals = Refusals()
    refusals.refused([1, 2], "results", "too large")
    refusals.refused([2], "results", "too large")

    refusals.settled([1])
    assert refusals.any
    refusals.settled([2])

    assert not refusals.any
    assert refusals.verdict(2) is None


def test_a_group_refused_again_is_halved_again() -> None:
    refusals = Refusals()
    refusals.refused(range(8), "results", "too large")
    refusals.refused(range(4), "results", "too large")

    groups = {refusals.group_of(offset) for offset in range(8)}
    assert len(groups) == 3
    assert refusals.group_of(4) == refusals.group_of(7)
