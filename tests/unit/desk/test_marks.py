"""What the ledger of a partition says of its letters, and how little is kept of it."""

import pytest

from consumer.core.dedup_key import PROGRESS_KEY
from consumer.core.ledger_entry import Entry, UnknownEntryVersionError, encode, encode_completed
from consumer.core.letter_mark import LetterMark
from consumer.desk.letters import LetterState
from consumer.desk.marks import Marks
from tests.unit.desk.desk_examples import a_mark, entry_bytes


def marks_of(*entries: tuple[bytes | None, bytes | None]) -> Marks:
    marks = Marks()
    for key, value in entries:
        marks.remember(key, value)
    return marks


@pytest.mark.parametrize("state", ["open", "redriven", "resolved", "discarded"])
def test_newest_letter_has_the_state_of_its_mark(state: LetterState) -> None:
    marks = marks_of((b"e:1", entry_bytes(a_mark("old", "new", state=state))))

    assert marks.state_of("e:1", "new") == state


def test_letter_with_a_newer_one_has_failed_again() -> None:
    marks = marks_of((b"e:1", entry_bytes(a_mark("old", "new"))))

    assert marks.state_of("e:1", "old") == "failed_again"


def test_letter_older_than_those_that_are_kept_has_failed_again() -> None:
    marks = marks_of((b"e:1", entry_bytes(a_mark("b", "c", count=3))))

    assert marks.state_of("e:1", "a") == "failed_again"


def test_letter_of_an_earlier_life_of_its_id_is_forgotten() -> None:
    marks = marks_of((b"e:1", entry_bytes(a_mark("new"))))

    assert marks.state_of("e:1", "old") == "forgotten"


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([], id="no entry"),
        pytest.param([(b"e:1", entry_bytes(a_mark("a"))), (b"e:1", None)], id="expired"),
        pytest.param(
            [(b"e:1", entry_bytes(a_mark("a"))), (b"e:1", encode_completed(7, "b1:x", 1e9))],
            id="new life without a letter",
        ),
        pytest.param([(b"e:2", entry_bytes(a_mark("a")))], id="another entry"),
    ],
)
def test_letter_without_a_mark_is_forgotten(entries: list[tuple[bytes, bytes | None]]) -> None:
    assert marks_of(*entries).state_of("e:1", "a") == "forgotten"


def test_later_entry_replaces_an_earlier_one_with_its_letters_and_its_move() -> None:
    marks = marks_of(
        (b"r:t/0/1", entry_bytes(a_mark("a", "b", state="redriven", moved_to="e:2"))),
        (b"e:2", entry_bytes(a_mark("b", state="resolved"))),
        (b"r:t/0/1", entry_bytes(a_mark("c"))),
    )

    assert marks.state_of("r:t/0/1", "c") == "open"
    assert marks.state_of("r:t/0/1", "a") == "forgotten"


@pytest.mark.parametrize(
    ("moved", "state"),
    [
        (a_mark("poison", state="redriven"), "redriven"),
        (a_mark("poison", state="resolved"), "resolved"),
        (a_mark("poison", "newer"), "failed_again"),
    ],
)
def test_mended_record_is_looked_up_under_the_key_it_has_moved_to(
    moved: LetterMark, state: LetterState
) -> None:
    marks = marks_of(
        (b"r:t/0/1", entry_bytes(a_mark("poison", state="redriven", moved_to="e:9"))),
        (b"e:9", entry_bytes(moved)),
    )

    assert marks.state_of("r:t/0/1", "poison") == state


def test_move_to_an_entry_that_is_gone_leaves_the_state_of_the_first() -> None:
    mark = a_mark("poison", state="redriven", moved_to="e:9")

    assert marks_of((b"r:t/0/1", entry_bytes(mark))).state_of("r:t/0/1", "poison") == "redriven"


def test_newest_letter_that_stands_twice_in_its_topic_is_seen_the_second_time() -> None:
    marks = marks_of((b"e:1", entry_bytes(a_mark("old", "new", state="resolved"))))

    assert not marks.seen("e:1", "new")
    assert marks.seen("e:1", "new")
    assert marks.state_of("e:1", "new") == "resolved"
    assert not marks.seen("e:1", "old")
    assert not marks.seen("e:2", "new")


def test_only_entries_with_letters_are_kept() -> None:
    marks = marks_of(
        (PROGRESS_KEY.encode(), b'{"v":1,"letter":null}'),
        (b"e:1", encode_completed(7, "b1:x", 1e9)),
        (b"e:2", entry_bytes(a_mark("a"))),
        (None, None),
    )

    assert len(marks) == 1


def test_kept_result_that_speaks_of_a_letter_is_none() -> None:
    entry = encode(Entry("completed", settled_at=1.0, result=b'{"letter":{"dlq_ids":["x"]}}'))

    assert len(marks_of((b"e:1", entry))) == 0


def test_entry_of_a_newer_everonce_is_refused() -> None:
    value = entry_bytes(a_mark("a")).replace(b'"v":1', b'"v":2')

    with pytest.raises(UnknownEntryVersionError, match="version 2"):
        marks_of((b"e:1", value))


@pytest.mark.parametrize(
    ("mark", "dlq_id", "state"),
    [
        (None, "a", "forgotten"),
        (a_mark("a", state="discarded"), "a", "discarded"),
        (a_mark("a", "b"), "a", "failed_again"),
        (a_mark("b", count=2), "a", "failed_again"),
        (a_mark("b"), "a", "forgotten"),
    ],
)
def test_state_of_a_letter_is_what_its_entry_says(
    mark: LetterMark | None, dlq_id: str, state: LetterState
) -> None:
    marks = marks_of() if mark is None else marks_of((b"e:1", entry_bytes(mark)))

    assert marks.state_of("e:1", dlq_id) == state
