"""The little that is kept of a ledger says the same of every letter as the ledger itself."""

from hypothesis import given
from hypothesis import strategies as st

from consumer.core.ledger_entry import Entry, LetterMark, encode
from consumer.desk.letters import LetterState
from consumer.desk.marks import Marks

NAMES = st.sampled_from(["a", "b", "c", "d"])
KEYS = st.sampled_from(["e:1", "e:2", "r:t/0/1"])
MARKS = st.builds(
    lambda ids, more, state, moved_to: LetterMark(
        tuple(ids), len(ids) + more, state, 1.0, moved_to=moved_to
    ),
    st.lists(NAMES, min_size=1, max_size=4, unique=True),
    st.integers(0, 2),
    st.sampled_from(["open", "redriven", "resolved", "discarded"]),
    st.none() | KEYS,
)
WRITES = st.lists(st.tuples(KEYS, st.none() | st.just("no letter") | MARKS), max_size=12)


def state_in(mark: LetterMark | None, dlq_id: str) -> LetterState:
    """Return the state of a letter, of which its whole entry says *mark*."""
    if mark is None:
        return "forgotten"
    if mark.dlq_ids[-1] == dlq_id:
        return mark.state
    if dlq_id in mark.dlq_ids or mark.count > len(mark.dlq_ids):
        return "failed_again"
    return "forgotten"


@given(WRITES, KEYS, NAMES)
def test_marks_say_what_the_whole_entries_say(
    writes: list[tuple[str, LetterMark | str | None]], key: str, name: str
) -> None:
    marks = Marks()
    entries: dict[str, LetterMark] = {}
    for written, mark in writes:
        entries.pop(written, None)
        if isinstance(mark, LetterMark):
            entries[written] = mark
            value: bytes | None = encode(Entry("dead_lettered", settled_at=1.0, letter=mark))
        else:
            value = None if mark is None else encode(Entry("completed", settled_at=1.0))
        marks.remember(written.encode(), value)

    mark_there = entries.get(key)
    if mark_there is not None and mark_there.moved_to in entries:
        mark_there = entries[mark_there.moved_to or ""]

    assert marks.state_of(key, name) == state_in(mark_there, name)
    assert len(marks) == len(entries)
