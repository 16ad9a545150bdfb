"""Entries and progress survive being written, and what was answered stays answered."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.core.admission import Admission, against_entry
from consumer.core.failure import Attempt, Failure, History
from consumer.core.json_value import encode_value
from consumer.core.lanes import WHOLE_PARTITION
from consumer.core.ledger_entry import (
    SETTLED,
    Entry,
    LetterMark,
    UnknownEntryVersionError,
    answering,
    decode_entry,
    encode,
    encode_completed,
    finished,
    takeover,
)
from consumer.core.letter_mark import LetterAct
from consumer.core.parked_event import Crash, Hold, Parked, copied
from consumer.core.parked_restore import may_wait
from consumer.core.progress import Progress, decode_progress, encode_progress
from consumer.core.record import LogRecord
from tests.builders import a_record

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
offsets = st.integers(0, 2**62)
moments = st.floats(0, 2**40)
attempts = st.builds(
    Attempt,
    st.integers(1, 10**6),
    st.sampled_from(["success", "transient", "permanent", "timeout", "crashed"]),
    moments,
    moments,
    st.none() | texts,
    st.none() | texts,
    st.none() | texts,
    st.none() | moments,
)
failures = st.builds(
    Failure,
    texts,
    texts,
    st.sampled_from(["transient", "permanent", "timeout", "crashed"]),
    texts,
    texts,
    status_code=st.none() | st.integers(400, 599),
    request_id=st.none() | texts,
)
histories = st.builds(
    History,
    st.lists(attempts, min_size=1, max_size=4),
    moments,
    moments,
    st.none() | failures,
    st.floats(0, 1e6),
)
acts = st.builds(
    LetterAct,
    texts,
    texts,
    st.none() | texts,
    moments,
    st.sampled_from(["redrive", "replay", "discard"]),
)
letters = st.builds(
    LetterMark,
    st.lists(texts, min_size=1, max_size=20).map(tuple),
    st.integers(1, 10**6),
    st.sampled_from(["open", "redriven", "resolved", "discarded"]),
    moments,
    st.none() | acts,
    st.none() | texts,
)
optional_bytes = st.none() | st.binary(max_size=60) | texts.map(str.encode)
records = st.builds(
    LogRecord,
    texts,
    st.integers(0, 2**31),
    offsets,
    offsets,
    optional_bytes,
    optional_bytes,
    st.lists(st.tuples(texts, optional_bytes), max_size=4).map(tuple),
)
parked = st.builds(Parked, records, offsets, moments, st.none() | moments, st.none() | texts)
lanes = st.binary(max_size=20) | st.just(WHOLE_PARTITION)
crashes = st.builds(
    Crash, st.integers(-1, 2**40), st.sampled_from(["suspected", "grouped", "alone"]), moments
)
answers = st.one_of(
    st.integers(-(10**40), 10**40),
    st.none(),
    st.lists(texts, max_size=3),
    st.dictionaries(texts, st.integers(10**30, 10**31), max_size=3),
).map(encode_value)
fingerprints = st.integers(0, 5).map("b1:{}".format)
entries = st.builds(
    Entry,
    st.sampled_from(["running", "parked", "completed", "dead_lettered", "discarded"]),
    st.lists(fingerprints, max_size=3, unique=True).map(tuple),
    st.none() | offsets,
    st.none() | offsets,
    st.none() | moments,
    st.none() | histories,
    st.none() | texts,
    st.none() | answers,
    st.none() | texts,
    st.none() | letters,
    st.none() | parked,
    st.none() | st.builds(Hold, lanes, offsets),
    st.none() | crashes,
)


@given(entries)
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    assert decode_entry(encode(entry)) == entry


# To the year 2106: much later a double holds no microseconds.
@given(offsets, fingerprints, st.floats(0, 2**32))
def test_the_short_cut_writes_what_the_encoder_writes(
    offset: int, fingerprint: str, settled_at: float
) -> None:
    entry = Entry("completed", (fingerprint,), offset, settled_at=settled_at)

    short = encode_completed(offset, fingerprint, settled_at)
    read = decode_entry(short)
    assert read.settled_at is not None
    assert abs(read.settled_at - settled_at) <= 1e-6
    assert replace(read, settled_at=settled_at) == entry
    assert not may_wait(short)
    assert len(short) < 150


@given(entries, st.none() | st.integers().filter(lambda v: v != 1).map(str) | st.just("1"))
def test_an_entry_of_another_version_is_not_touched(entry: Entry, version: str | None) -> None:
    document: dict[str, Any] = orjson.loads(encode(entry)) | {"v": version}

    with pytest.raises(UnknownEntryVersionError, match="newer Everonce that wrote it"):
        decode_entry(orjson.dumps(document))


@given(entries, offsets, fingerprints)
def test_a_takeover_only_adds(entry: Entry, offset: int, fingerprint: str) -> None:
    taken = takeover(entry, input_offset=offset, fingerprint=fingerprint)

    assert taken.status == "running"
    if entry.parked is None:
        assert taken.input_offset == max(offset, entry.input_offset or 0)
    else:
        assert taken.input_offset == entry.input_offset
    assert (taken.parked, taken.holds, taken.crash) == (entry.parked, entry.holds, entry.crash)
    assert taken.control_offset == entry.control_offset
    assert set(taken.fingerprints) == {*entry.fingerprints, fingerprint}
    assert taken.fingerprints[: len(entry.fingerprints)] == entry.fingerprints
    assert len(taken.fingerprints) == len(set(taken.fingerprints))
    assert taken.history == entry.history
    if entry.letter is None:
        assert taken.letter is None
    else:
        assert taken.letter == entry.letter.taken_over()
        assert taken.letter.state != "open", "nobody else may redrive it meanwhile"
    assert (taken.settled_at, taken.result, taken.result_hash) == (None, None, None)


@given(entries, offsets, fingerprints)
def test_an_answered_record_never_runs_as_something_new(
    entry: Entry, offset: int, fingerprint: str
) -> None:
    verdict = against_entry(offset, fingerprint, entry)

    assert verdict is not Admission.NEW
    if entry.input_offset is None or offset > entry.input_offset:
        assert verdict not in {Admission.REREAD, Admission.UNFINISHED}
    elif entry.is_settled or entry.parked is not None or offset < entry.input_offset:
        assert verdict is Admission.REREAD
    else:
        assert verdict is Admission.UNFINISHED


@given(entries, st.sampled_from(sorted(SETTLED)), moments)
def test_a_finished_entry_holds_nothing_of_an_unfinished_one(
    entry: Entry, status: Any, settled_at: float
) -> None:
    done = finished(entry, status, settled_at)

    assert done == replace(
        Entry(status, entry.fingerprints, entry.input_offset, entry.control_offset, settled_at),
        result=entry.result,
        result_hash=entry.result_hash,
        letter=entry.letter,
    )


@given(entries, offsets, fingerprints)
def test_an_answered_duplicate_stays_answered(entry: Entry, offset: int, fingerprint: str) -> None:
    parked = replace(entry, parked=copied_parked())

    again = decode_entry(encode(answering(parked, offset)))
    assert against_entry(offset, fingerprint, again) is Admission.REREAD
    assert replace(again, input_offset=entry.input_offset) == parked


def copied_parked() -> Parked:
    return Parked(copied(a_record()), 0, 0.0)


@given(entries)
def test_who_may_wait_is_not_passed_over(entry: Entry) -> None:
    if entry.status != "completed":
        assert may_wait(encode(entry))


@given(st.lists(st.tuples(st.integers(0, 9), fingerprints, st.sampled_from(sorted(SETTLED)))))
def test_a_record_once_answered_stays_answered(steps: list[tuple[int, str, Any]]) -> None:
    entry: Entry | None = None
    answered: set[int] = set()
    for offset, fingerprint, status in steps:
        entry = takeover(entry, input_offset=offset, fingerprint=fingerprint)
        entry = decode_entry(encode(replace(entry, status=status, settled_at=1.0)))
        answered.add(offset)
        for each in answered:
            assert against_entry(each, fingerprint, entry) is Admission.REREAD


progresses = st.builds(
    Progress,
    texts,
    texts,
    texts,
    texts,
    offsets,
    offsets,
    st.none() | offsets,
    st.none() | offsets,
    st.booleans(),
    st.booleans(),
    texts,
    offsets,
    offsets,
    st.lists(offsets, max_size=10).map(tuple),
    offsets,
    offsets,
)


@given(progresses)
def test_progress_is_read_as_it_was_written(progress: Progress) -> None:
    again = decode_progress(encode_progress(progress))

    assert again == progress
    known = progress.last_offset is not None and progress.last_timestamp is not None
    expected = (progress.last_offset, progress.last_timestamp) if known else None
    assert again.last == expected
