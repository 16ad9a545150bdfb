"""What an entry remembers of failed attempts, and how much room that takes."""

import orjson
import pytest

from consumer.core.failure import Attempt, Failure, History
from consumer.core.ledger_history import HISTORY_BYTES, history_members, history_of
from tests.builders import NOW, a_failure, a_history

NASTY = ["\x00" * 3000, "é" * 3000, "\ud800" * 3000, '"' * 3000, "x" * 3000, "😀" * 3000]


def again(history: History) -> History:
    read = history_of(orjson.loads(orjson.dumps(history_members(history))))
    assert read is not None
    return read


def test_attempts_and_the_last_failure_come_back() -> None:
    history = a_history(3)

    assert again(history) == history


def test_traceback_and_details_of_the_last_failure_are_not_kept() -> None:
    history = a_history()
    history.last_failure = a_failure(traceback="at line 3", details={"a": 1}, retry_after=3.0)

    assert again(history).last_failure == a_failure()


def test_no_attempts_are_no_history() -> None:
    assert history_of({}) is None
    assert history_of({"attempts": []}) is None


def test_a_history_of_an_older_ledger_has_no_last_failure() -> None:
    members = history_members(a_history())
    del members["last_error"]

    read = history_of(members)
    assert read is not None
    assert read.last_failure is None


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_no_history_takes_more_room_than_is_kept_for_it(text: str) -> None:
    history = History()
    number = 10**18
    for _ in range(History.KEPT + 5):
        number += 1
        failure = Failure(text, text, "transient", text, text, status_code=599, request_id=text)
        attempt = Attempt(number, "transient", NOW / 3, 1e300 / 3, text, text, text, NOW / 7)
        history.add(attempt, failure)

    assert len(orjson.dumps(history_members(history))) <= HISTORY_BYTES
    assert again(history).count == number
