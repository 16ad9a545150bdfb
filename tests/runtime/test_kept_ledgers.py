"""Which ledgers are worth keeping between two sessions?"""

from consumer.ledger.memory import MemoryLedger
from consumer.runtime.kept_ledgers import KEPT_SECONDS, KeptLedgers
from tests.builders import a_progress
from tests.fakes.clock import StepClock


def a_ledger(entries: int = 1) -> MemoryLedger:
    ledger = MemoryLedger()
    ledger.progress = a_progress()
    for number in range(entries):
        ledger.apply(f"e:{number}", b"{}", None)
    return ledger


def kept_ledgers(clock: StepClock, *, max_entries: int = 10) -> KeptLedgers:
    return KeptLedgers(max_entries=max_entries, delete_retention_seconds=86_400, now=clock.now)


def test_ledger_is_kept_for_its_partition_and_given_away_once() -> None:
    kept, ledger = kept_ledgers(StepClock()), a_ledger()
    kept.keep(3, ledger)

    assert kept.take(2) is None
    assert kept.take(3) is ledger
    assert kept.take(3) is None


def test_session_that_restored_nothing_leaves_nothing_and_not_what_was_there_before() -> None:
    for nothing in (None, MemoryLedger()):
        kept = kept_ledgers(StepClock())
        kept.keep(3, a_ledger())
        kept.keep(3, nothing)

        assert kept.take(3) is None


def test_beyond_the_bound_the_oldest_goes() -> None:
    kept = kept_ledgers(StepClock(), max_entries=10)
    ledgers = {partition: a_ledger(4) for partition in (1, 2, 3)}
    for partition, ledger in ledgers.items():
        kept.keep(partition, ledger)

    assert [kept.take(partition) for partition in (1, 2, 3)] == [None, ledgers[2], ledgers[3]]


def test_ledger_larger_than_the_bound_is_not_kept() -> None:
    kept = kept_ledgers(StepClock(), max_entries=10)
    kept.keep(1, a_ledger(11))

    assert kept.take(1) is None


def test_old_ledger_is_dropped_before_a_tombstone_it_missed_can_be_compacted_away() -> None:
    for retention, age in ((86_400.0, KEPT_SECONDS), (100.0, 50.0)):
        clock = StepClock()
        kept = KeptLedgers(max_entries=10, delete_retention_seconds=retention, now=clock.now)
        kept.keep(1, a_ledger())
        kept.keep(2, a_ledger())
        clock.monotonic = age
        assert kept.take(1) is not None
        clock.monotonic = age + 1
        assert kept.take(2) is None
