"""One entry of the ledger: its words, its size, and how another record takes it over."""

import orjson
import pytest

from consumer.core.ledger_entry import (
    Entry,
    EntryStatus,
    LetterMark,
    UnknownEntryVersionError,
    decode_entry,
    encode,
    takeover,
)
from consumer.core.progress import LedgerTooNewError, decode_progress, encode_progress
from tests.builders import NOW, a_failure, a_history, a_progress, an_entry


def test_a_plain_completed_entry_is_small() -> None:
    encoded = encode(an_entry(input_offset=10**12, fingerprints=("b1:0123456789abcdef",)))

    assert len(encoded) < 150
    assert b"null" not in encoded


def test_a_result_of_thirty_digits_is_kept_exactly() -> None:
    result = b'{"number":123456789012345678901234567890,"exact":1.00000000000000000001}'

    assert decode_entry(encode(an_entry(result=result))).result == result


def test_failed_attempts_are_remembered_while_unfinished() -> None:
    entry = an_entry("running", history=a_history(3), policy="default")

    restored = decode_entry(encode(entry))

    assert restored.history is not None
    assert restored.history.attempts == a_history(3).attempts
    assert restored.history.first_failed_at == NOW + 1.25
    assert restored.history.last_failed_at == NOW + 3.25
    assert restored.history.last_failure == a_failure()


def test_an_entry_of_a_newer_version_is_refused_with_both_versions() -> None:
    document = orjson.dumps({"v": 2, "status": "completed"})

    with pytest.raises(UnknownEntryVersionError, match=r"version 2, .* version 1"):
        decode_entry(document)


def test_a_ledger_that_asks_for_a_newer_reader_is_refused() -> None:
    document = orjson.loads(encode_progress(a_progress())) | {"min_reader": 2}

    with pytest.raises(LedgerTooNewError, match="readers of version 2 or newer"):
        decode_progress(orjson.dumps(document))


def test_a_newer_writer_that_allows_our_version_is_read() -> None:
    document = orjson.loads(encode_progress(a_progress())) | {"v": 2, "later": "unknown"}

    assert decode_progress(orjson.dumps(document)) == a_progress()


@pytest.mark.parametrize("missing", ["last_offset", "last_timestamp"])
def test_half_a_last_record_is_none(missing: str) -> None:
    assert a_progress(**{missing: None}).last is None


def test_a_first_record_makes_a_running_entry() -> None:
    taken = takeover(None, input_offset=7, fingerprint="b1:one")

    assert taken == Entry("running", ("b1:one",), 7)


def test_a_takeover_by_an_earlier_record_keeps_the_higher_offset() -> None:
    assert takeover(an_entry(), input_offset=2, fingerprint="b1:one").input_offset == 5


@pytest.mark.parametrize(
    ("status", "settled"),
    [
        ("running", False),
        ("parked", False),
        ("completed", True),
        ("dead_lettered", True),
        ("discarded", True),
    ],
)
def test_only_what_is_done_is_settled(status: EntryStatus, *, settled: bool) -> None:
    assert an_entry(status).is_settled is settled


def test_a_mark_counts_all_letters_and_names_the_newest_twenty() -> None:
    mark: LetterMark | None = None
    for number in range(25):
        mark = LetterMark.after(mark, f"letter-{number}", NOW + number)

    assert mark is not None
    assert mark.dlq_ids == tuple(f"letter-{number}" for number in range(5, 25))
    assert (mark.count, mark.state, mark.at) == (25, "open", NOW + 24)


def test_a_further_letter_opens_a_resolved_mark_again() -> None:
    resolved = an_entry(letter=LetterMark(("letter-1",), 1, "resolved", NOW))
    assert not resolved.letter_is_open

    reopened = an_entry(letter=LetterMark.after(resolved.letter, "letter-2", NOW))
    assert reopened.letter_is_open
    assert not an_entry().letter_is_open
