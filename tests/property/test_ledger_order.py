"""Keys leave the order of settling when their slot is past: none early, none lost, none twice."""

from hypothesis import given
from hypothesis import strategies as st

from consumer.ledger.memory import SLOTS_PER_WINDOW, MemoryLedger

SLOT = 2.0
WINDOW = SLOT * SLOTS_PER_WINDOW
moments = st.integers(0, 40).map(float)


@given(
    st.dictionaries(st.integers(0, 99).map("e:{}".format), moments),
    st.lists(st.tuples(moments, st.integers(1, 5)), max_size=15),
)
def test_no_key_is_taken_early_or_lost(
    settled: dict[str, float], takings: list[tuple[float, int]]
) -> None:
    ledger = MemoryLedger(WINDOW)
    for key, settled_at in settled.items():
        ledger.apply(key, b"entry", settled_at)

    taken: list[str] = []
    for before, limit in takings:
        portion = ledger.take_settled(before, limit)
        assert len(portion) <= limit
        assert all(settled[key] < before for key in portion)
        taken += portion
    while rest := ledger.take_settled(1000.0, 7):
        taken += rest

    assert sorted(taken) == sorted(settled)
    assert len(ledger) == len(settled)
