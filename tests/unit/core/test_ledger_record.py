"""The ledger's encoders write what its published schemas say."""

from dataclasses import replace

import jsonschema
import orjson
import pytest

from consumer.core.failure import Attempt, History
from consumer.core.ledger_entry import Entry, LetterMark, encode, encode_completed
from consumer.core.parked_event import Crash, Hold, Parked, copied
from consumer.core.progress import Progress, encode_progress
from consumer.core.schemas import schemas
from tests.builders import a_failure, a_parked, a_record

HISTORY = History(
    [Attempt(1, "timeout", 10.0, 30.0, "TIMEOUT", "took too long", None, 1.5)],
    first_failed_at=40.0,
    last_failed_at=40.0,
)
FAILED = History(
    HISTORY.attempts,
    40.0,
    40.0,
    a_failure("timeout", type="TimeoutError", status_code=504, request_id="r-1"),
)
ENTRIES = {
    "completed": Entry("completed", ("b1:aa",), 7, settled_at=12.5, result=b'{"total":"1.10"}'),
    "hashed": Entry("completed", ("b1:aa", "b1:bb"), 7, 2, settled_at=1.0, result_hash="b1:00"),
    "running": Entry("running", ("b1:aa",), 7, history=HISTORY, policy="standard"),
    "dead-lettered": Entry(
        "dead_lettered",
        ("b1:aa",),
        7,
        settled_at=9.0,
        letter=LetterMark.after(None, "one", 9.0),
    ),
    "parked": Entry("parked", ("b1:aa",), 7, history=FAILED, policy="standard", parked=a_parked(3)),
    "follower": Entry(
        "parked",
        ("b1:aa",),
        7,
        parked=replace(a_parked(4), due_at=None, held_by="one"),
        crash=Crash(2, "suspected", 11.0),
    ),
    "not utf-8": Entry(
        "running",
        parked=Parked(copied(a_record(b"\xff", key=None, headers=[("h", b"\xfe")])), 1, 2.0),
    ),
    "holding a key": Entry("dead_lettered", ("b1:aa",), 7, settled_at=9.0, holds=Hold(b"k", 4)),
    "holding a partition": Entry("dead_lettered", settled_at=9.0, holds=Hold(0, 4)),
    "poison": Entry(
        "dead_lettered", (), 7, settled_at=9.0, letter=LetterMark(("x",), 1, "open", 9.0)
    ),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_entry_is_written_as_its_schema_says(name: str) -> None:
    jsonschema.validate(orjson.loads(encode(ENTRIES[name])), schemas()["ledger-entry"])


def test_short_cut_for_completed_events_writes_what_the_general_encoder_writes() -> None:
    entry = Entry("completed", ("b1:0123456789abcdef",), 41, settled_at=1795329148.805)

    short = encode_completed(41, "b1:0123456789abcdef", 1795329148.805)

    assert orjson.loads(short) == orjson.loads(encode(entry))
    assert len(short) < 150


def test_progress_is_written_as_its_schema_says() -> None:
    progress = Progress("group", "events", "cafe", "{event_id}", 5, 2, died=(1, 3))

    jsonschema.validate(orjson.loads(encode_progress(progress)), schemas()["ledger-progress"])


def test_unknown_members_are_refused_by_the_schema() -> None:
    document = orjson.loads(encode(ENTRIES["completed"])) | {"surprise": 1}

    with pytest.raises(jsonschema.ValidationError, match="surprise"):
        jsonschema.validate(document, schemas()["ledger-entry"])
