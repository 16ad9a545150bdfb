"""A timeline loses nobody, keeps its bound, and is the same in any order."""

from hypothesis import given
from hypothesis import strategies as st

from consumer.desk.timeline import Timeline, plot

MOMENTS = st.lists(st.floats(0, 4e9), min_size=1, max_size=200)


@given(MOMENTS, st.integers(1, 60))
def test_nobody_is_lost_and_the_bound_holds(moments: list[float], columns: int) -> None:
    timeline = Timeline()
    for moment in moments:
        timeline.add(moment)
    counts = timeline.columns(min(moments), max(moments), columns)

    assert sum(timeline.counts.values()) == sum(counts) == len(moments)
    assert len(timeline.counts) <= Timeline.MOST
    assert len(plot(counts)) == columns
    assert (" " in plot(counts)) == (0 in counts)
