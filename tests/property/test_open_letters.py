"""The open letters are those of a plain dict of entries, whatever group commits write."""

from typing import Literal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from consumer.core.ledger_entry import Entry, decode_entry, encode
from consumer.core.letter_mark import LetterMark, LetterState
from consumer.core.open_letters import OpenLetters
from consumer.core.output import OutputRecord
from consumer.core.settlement import Settled

KEYS = st.sampled_from(["e:a", "e:b", "e:c", "r:t/0/1"])
TIMES = st.integers(0, 5).map(float)
STATES: list[LetterState] = ["open", "redriven", "resolved", "discarded"]
MARKS = st.builds(
    LetterMark,
    st.just(("d",)),
    st.just(1),
    st.sampled_from(STATES),
    TIMES,
)
ENTRIES = st.builds(
    Entry,
    st.sampled_from(["running", "parked", "completed", "dead_lettered", "discarded"]),
    letter=st.none() | MARKS,
    # An answer that reads like an open letter is none.
    result=st.none() | st.just(b'{"letter":{"state":"open"}}'),
)
WRITTEN = st.lists(st.tuples(KEYS, ENTRIES), max_size=4)
NOW = 10.0


def settled(key: str, entry: Entry) -> Settled:
    """Return *key* settled as *entry*, with a letter where it has an open one."""
    letter = OutputRecord(None, b"{}") if entry.letter_is_open else None
    return Settled(0, key, encode(entry), 0.0, None, letter, None, 0)


class Letters(RuleBasedStateMachine):
    """Commits write entries of a few keys, and now and then a session starts anew."""

    def __init__(self) -> None:
        super().__init__()
        self.letters = OpenLetters()
        self.ledger: dict[str, Entry] = {}

    @rule(
        forgotten=st.lists(KEYS, max_size=2),
        rewritten=WRITTEN,
        done=WRITTEN,
        says_so=st.booleans(),
    )
    def commit(
        self,
        forgotten: list[str],
        rewritten: list[tuple[str, Entry]],
        done: list[tuple[str, Entry]],
        *,
        says_so: Literal[True, False],
    ) -> None:
        for key in forgotten:
            self.ledger.pop(key, None)
        self.ledger.update(rewritten)
        self.ledger.update(done)
        settlements = [settled(key, entry) for key, entry in done]
        has_letters = any(each.letter is not None for each in settlements)
        self.letters.committed(
            [(key, None) for key in forgotten] + [(k, encode(entry)) for k, entry in rewritten],
            settlements,
            # It may be said of a batch without: nothing comes of it.
            has_letters=has_letters or says_so,
        )

    @rule()
    def restore(self) -> None:
        self.letters = OpenLetters()
        for key, entry in self.ledger.items():
            self.letters.note(key, decode_entry(encode(entry)))

    @invariant()
    def they_are_the_open_ones(self) -> None:
        since = [e.letter.at for e in self.ledger.values() if e.letter and e.letter_is_open]
        assert len(self.letters) == len(since)
        assert self.letters.oldest_age_seconds(NOW) == (NOW - min(since) if since else 0.0)


TestOpenLetters = Letters.TestCase


def test_a_clock_that_went_back_makes_no_letter_younger_than_new() -> None:
    letters = OpenLetters()
    mark = LetterMark(("d",), 1, "open", 20.0)
    letters.note("e:a", Entry("dead_lettered", letter=mark))

    assert letters.oldest_age_seconds(10.0) == 0.0
