"""When is nobody there to carry acts out?"""

from consumer.desk.workers import Patience


def test_nobody_is_missed_where_nothing_was_asked() -> None:
    patience = Patience(0.0)
    patience.committed({0: 7}, 1.0)

    assert patience.behind == []
    assert patience.silent_seconds(1000.0) == 0


def test_silence_counts_from_the_first_act_that_lies() -> None:
    patience = Patience(0.0)
    patience.asked(0, 10, now=100.0)
    patience.asked(0, 11, now=105.0)

    assert patience.silent_seconds(107.0) == 7.0


def test_owner_that_comes_nearer_breaks_the_silence() -> None:
    patience = Patience(0.0)
    patience.asked(0, 10, now=100.0)
    patience.committed({0: 10}, 120.0)

    assert patience.behind == [0]
    assert patience.silent_seconds(125.0) == 5.0
    patience.committed({0: 11}, 130.0)
    assert patience.behind == []
    assert patience.silent_seconds(500.0) == 0


def test_partition_that_nobody_owns_is_not_hidden_by_one_that_has_come_to_its_end() -> None:
    patience = Patience(0.0)
    patience.asked(0, 5, now=0.0)
    patience.asked(3, 9, now=0.0)
    patience.committed({0: 6}, 1.0)
    patience.committed({0: 60, 1: 4}, 50.0)

    assert patience.behind == [3]
    assert patience.silent_seconds(61.0) == 60.0


def test_act_is_passed_once_its_offset_is_committed() -> None:
    patience = Patience(0.0)
    patience.committed({0: 10}, 0.0)

    assert patience.has_passed(0, 9)
    assert not patience.has_passed(0, 10)
    assert not patience.has_passed(1, 0)
