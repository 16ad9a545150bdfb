"""What an outcome leaves behind: result, letter and ledger entry, together."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from consumer.core.answer import answer
from consumer.core.dedup_key import coordinates_key
from consumer.core.giving_up import dead_lettered, poison
from consumer.core.json_value import UnserialisableError
from consumer.core.ledger_entry import LetterMark, decode_entry, finished, takeover
from consumer.core.output import OutputRecord, output_bytes
from consumer.core.retry import GiveUp
from consumer.core.settlement import OutputTooLargeError, Settled, completed, journalled
from tests.builders import (
    NOW,
    a_failure,
    a_history,
    a_parked,
    a_record,
    an_entry,
    an_event,
    in_flight,
    rules,
)

OPEN_LETTER = an_entry("dead_lettered", input_offset=3)


def complete(item: Any = None, value: object = None, **limits: Any) -> Settled:
    item = item or in_flight(offset=8)
    return completed(rules(**limits), item, value, started_at=NOW, finished_at=NOW + 2)


def read(output: OutputRecord | None) -> dict[str, Any]:
    assert output is not None
    document: dict[str, Any] = orjson.loads(output.value or b"")
    return document


def given_up(disposition: Any = "permanent") -> GiveUp:
    failure = a_failure("permanent", code="INVALID_INPUT", message="no such customer")
    return GiveUp(disposition, failure, failure)


def test_a_completed_event_leaves_a_result_and_a_small_entry() -> None:
    settled = complete(value={"accepted": True})

    assert (settled.position, settled.key, settled.settled_at) == (8, "e:event-1", NOW + 2)
    assert (settled.attempts, settled.letter, settled.dlq_id) == (1, None, None)
    assert settled.timestamp == int(NOW * 1000)
    assert len(settled.entry) < 150
    assert decode_entry(settled.entry) == an_entry(input_offset=8, settled_at=NOW + 2)
    result = read(settled.result)
    assert (result["status"], result["result"], result["attempts"]) == (
        "success",
        {"accepted": True},
        1,
    )
    assert result["duration_ms"] == 2000


def test_an_output_goes_to_the_key_of_its_record_and_names_it() -> None:
    result = complete().result

    assert result is not None
    assert result.key == b"key"
    assert list(result.headers) == [("everonce-source", b"workflow-events/0/8")]


def test_a_result_counts_the_attempts_before_it_and_begins_with_the_first() -> None:
    item = in_flight(offset=8, prior=an_entry("running", history=a_history(2), input_offset=8))
    settled = complete(item)

    result = read(settled.result)
    assert (settled.attempts, result["attempts"]) == (3, 3)
    assert result["duration_ms"] == 1000
    entry = decode_entry(settled.entry)
    assert (entry.status, entry.history, entry.policy) == ("completed", None, None)


def test_a_completed_resend_resolves_the_letter_and_keeps_both_contents() -> None:
    item = in_flight(offset=8, prior=replace(OPEN_LETTER, fingerprints=("b1:wrong",)))
    entry = decode_entry(complete(item).entry)

    assert entry.letter is not None
    assert (entry.letter.state, entry.letter.dlq_ids) == ("resolved", ("letter-1",))
    assert entry.fingerprints == ("b1:wrong", "b1:one")
    assert (entry.status, entry.input_offset) == ("completed", 8)


def test_a_small_result_is_kept_where_results_are_kept() -> None:
    settled = complete(value={"digits": 10**30}, keep_results=True)

    entry = decode_entry(settled.entry)
    assert entry.result == b'{"digits":1' + b"0" * 30 + b"}"
    assert entry.result_hash is None


def test_of_a_large_result_only_its_hash_is_kept() -> None:
    entries = [
        decode_entry(complete(value=value, keep_results=True, keep_result_max_bytes=10).entry)
        for value in ("x" * 100, "x" * 100, "y" * 100)
    ]

    assert [entry.result for entry in entries] == [None, None, None]
    hashes = [entry.result_hash or "" for entry in entries]
    assert hashes[0] == hashes[1] != hashes[2]
    assert hashes[0].startswith("b1:")


def test_the_largest_result_that_is_kept_is_kept_to_the_byte() -> None:
    for value, kept in (("x" * 8, b'"xxxxxxxx"'), ("x" * 9, None)):
        settled = complete(value=value, keep_results=True, keep_result_max_bytes=10)
        assert decode_entry(settled.entry).result == kept


def test_no_result_at_all_is_kept_as_none() -> None:
    settled = complete(keep_results=True)

    entry = decode_entry(settled.entry)
    assert (entry.result, entry.result_hash) == (None, None)
    assert read(settled.result)["result"] is None


def test_a_result_beyond_its_topic_is_refused_before_it_is_sent() -> None:
    limits = dict.fromkeys(("results", "dlq", "state", "audit"), 10_000)

    with pytest.raises(OutputTooLargeError, match=r"takes \d+ bytes, its topic takes 9872 at"):
        complete(value="x" * 10_000, limits=limits)


def test_a_result_that_just_fits_is_sent() -> None:
    result = complete(value="x" * 5000).result
    assert result is not None
    fitting = output_bytes(result) + 128

    assert complete(value="x" * 5000, limits={"results": fitting}).result == result
    with pytest.raises(OutputTooLargeError):
        complete(value="x" * 5000, limits={"results": fitting - 1})


def test_a_result_without_a_json_form_is_refused() -> None:
    with pytest.raises(UnserialisableError):
        complete(value=object())


def test_a_dead_lettered_event_leaves_letter_error_result_and_entry() -> None:
    item = in_flight(offset=8)
    settled = dead_lettered(rules(), item, given_up(), now=NOW)

    result, letter, entry = read(settled.result), read(settled.letter), decode_entry(settled.entry)
    assert settled.dlq_id is not None
    assert result["dlq_id"] == letter["dlq_id"] == settled.dlq_id
    assert (result["status"], result["error"]["code"]) == ("error", "INVALID_INPUT")
    assert (letter["disposition"], letter["ledger_key"]) == ("permanent", item.key)
    assert (letter["context"]["consumer"], letter["context"]["version"]) == ("everonce", "1.2.3")
    assert entry.letter == LetterMark((settled.dlq_id,), 1, "open", NOW)
    assert (entry.status, entry.settled_at, entry.input_offset) == ("dead_lettered", NOW, 8)


def test_a_letter_that_follows_another_names_it() -> None:
    item = in_flight(offset=8, prior=OPEN_LETTER)
    settled = dead_lettered(rules(), item, given_up(), now=NOW + 9)

    letter, entry = read(settled.letter), decode_entry(settled.entry)
    assert letter["redrive"] == {"count": 1, "previous_dlq_ids": ["letter-1"]}
    assert settled.dlq_id is not None
    assert entry.letter == LetterMark(("letter-1", settled.dlq_id), 2, "open", NOW + 9)


def test_the_same_failure_met_again_is_the_same_letter() -> None:
    first, again = (
        dead_lettered(rules(), in_flight(offset=8), given_up(), now=now) for now in (NOW, NOW + 60)
    )

    assert first.dlq_id == again.dlq_id


def test_a_letter_tells_of_all_attempts_and_the_entry_of_none() -> None:
    prior = an_entry("running", history=a_history(3), input_offset=8)
    settled = dead_lettered(rules(), in_flight(offset=8, prior=prior), given_up(), now=NOW + 9)

    assert settled.attempts == read(settled.result)["attempts"] == 3
    assert len(read(settled.letter)["attempts"]) == 3
    assert decode_entry(settled.entry).history is None


def test_poison_leaves_a_letter_under_its_coordinates_and_no_result() -> None:
    record = a_record(b"\xff", offset=8, key=b"abc")
    settled = poison(rules(), record, a_failure("permanent", code="INVALID_INPUT"), now=NOW)

    entry = decode_entry(settled.entry)
    assert settled.key == coordinates_key("workflow-events", 0, 8)
    assert (settled.result, settled.item, settled.attempts) == (None, None, 0)
    assert settled.weight == 4
    assert (entry.status, entry.input_offset, entry.fingerprints) == ("dead_lettered", 8, ())
    assert entry.letter_is_open
    letter = read(settled.letter)
    assert (letter["disposition"], letter["dlq_id"]) == ("poison", settled.dlq_id)
    assert letter["context"]["processor"] is None


def test_a_failed_attempt_is_journalled_with_its_history() -> None:
    item = in_flight(offset=8)
    item.history = a_history(2)

    entry = decode_entry(journalled(item))

    assert (entry.status, entry.input_offset, entry.settled_at) == ("running", 8, None)
    assert (entry.policy, entry.fingerprints) == ("default", ("b1:one",))
    assert entry.history is not None
    assert entry.history.count == 2


def test_the_letter_of_a_journalled_resend_waits_for_nobody_else() -> None:
    entry = decode_entry(journalled(in_flight(offset=8, prior=OPEN_LETTER)))

    assert OPEN_LETTER.letter is not None
    assert entry.letter == replace(OPEN_LETTER.letter, state="redriven")
    assert (entry.status, entry.input_offset) == ("running", 8)


def test_a_duplicate_is_answered_with_the_kept_result() -> None:
    kept = b'{"digits":1000000000000000000000000000000}'
    output = answer(a_record(offset=9), an_event(), an_entry(result=kept), now=NOW)

    assert output.value is not None
    assert b'"result":' + kept in output.value
    document = read(output)
    assert (document["status"], document["attempts"], document["error"]) == ("duplicate", 0, None)
    assert output.key == b"key"
    assert list(output.headers) == [("everonce-source", b"workflow-events/0/9")]


def test_a_duplicate_of_a_letter_is_answered_with_its_name() -> None:
    document = read(answer(a_record(), an_event(), an_entry("dead_lettered"), now=NOW))

    assert document["dlq_id"] == "letter-1"
    assert "letter-1" in document["error"]["message"]
    assert document["result"] is None


def test_a_duplicate_of_a_resolved_letter_is_answered_as_completed() -> None:
    entry = an_entry(letter=LetterMark(("letter-1",), 1, "resolved", NOW), result=b"7")
    document = read(answer(a_record(), an_event(), entry, now=NOW))

    assert (document["result"], document["error"]) == (7, None)
    assert "dlq_id" not in document


@pytest.mark.parametrize("control_offset", [None, 4])
def test_a_parked_event_of_which_nothing_is_kept_leaves_what_any_other_would(
    control_offset: int | None,
) -> None:
    prior = an_entry(
        "parked",
        input_offset=7,
        control_offset=control_offset,
        parked=a_parked(),
        fingerprints=("b1:one",),
        history=a_history(1),
    )
    item = in_flight(offset=7, prior=prior)

    entry = decode_entry(completed(rules(), item, {"n": 1}, NOW, NOW + 1).entry)

    taken = takeover(prior, input_offset=7, fingerprint="b1:one")
    assert entry == finished(taken, "completed", NOW + 1)
