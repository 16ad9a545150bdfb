"""One answer to one event."""

import orjson
import pytest
from pydantic import TypeAdapter

from consumer.core.json_value import UnserialisableError, encode_value
from consumer.core.result import ResultRecord, encode_result
from consumer.core.timestamps import rfc3339
from tests.unit.core.letter_examples import NOW, a_failure, an_event


def test_a_success_says_what_was_returned_and_how_long_it_took() -> None:
    encoded = encode_result(
        an_event(),
        status="success",
        result={"id": 10**24},
        attempts=2,
        processor="charge",
        started_at=NOW,
        finished_at=NOW + 0.0015,
    )

    assert encoded == (
        b'{"schema":"everonce.result/1","correlation_id":"e-1","event_id":"e-1",'
        b'"event_type":"invoice.created","workflow_id":"w-1","workflow_run_id":"r-1",'
        b'"status":"success","attempts":2,"processor":"charge",'
        b'"started_at":"2023-11-14T22:13:20.250000Z","finished_at":"2023-11-14T22:13:20.251500Z",'
        b'"duration_ms":1.5,"error":null,"result":{"id":1000000000000000000000000}}'
    )


def test_moments_have_six_digits_of_a_second_whatever_they_are() -> None:
    whole = 1700000000.0
    for started_at, finished_at in ((whole, whole + 0.5), (whole + 0.5, whole + 1)):
        encoded = orjson.loads(
            encode_result(
                an_event(),
                "success",
                attempts=1,
                processor="charge",
                started_at=started_at,
                finished_at=finished_at,
            )
        )
        written = {encoded["started_at"], encoded["finished_at"]}
        assert written == {rfc3339(started_at), rfc3339(finished_at)}


def test_an_error_says_why_and_names_the_letter() -> None:
    record = orjson.loads(
        encode_result(
            an_event(correlation_id="c-1"),
            status="error",
            error=a_failure(),
            attempts=3,
            processor=None,
            started_at=NOW,
            finished_at=NOW,
            dlq_id="d-1",
        )
    )

    assert record["correlation_id"] == "c-1"
    assert record["error"] == {
        "code": "TIMEOUT",
        "message": "the bank did not answer",
        "retryable": True,
    }
    assert (record["result"], record["dlq_id"]) == (None, "d-1")


def test_a_duplicate_is_answered_with_what_was_kept() -> None:
    kept = encode_value({"digits": 10**30})
    encoded = encode_result(
        an_event(),
        status="duplicate",
        result=orjson.Fragment(kept),
        attempts=0,
        processor=None,
        started_at=NOW,
        finished_at=NOW,
    )

    assert encoded.endswith(b'"result":' + kept + b"}")
    assert ResultRecord.model_validate(orjson.loads(encoded)).status == "duplicate"


def test_a_clock_set_back_makes_no_negative_duration() -> None:
    encoded = encode_result(
        an_event(),
        status="success",
        attempts=1,
        processor="charge",
        started_at=NOW,
        finished_at=NOW - 1,
    )

    assert orjson.loads(encoded)["duration_ms"] == 0


def test_bytes_are_no_result() -> None:
    with pytest.raises(UnserialisableError, match="bytes"):
        encode_result(
            an_event(),
            status="success",
            result=b"{}",
            attempts=1,
            processor="charge",
            started_at=NOW,
            finished_at=NOW,
        )


def test_an_event_that_no_utf_8_can_hold_makes_no_result() -> None:
    with pytest.raises(UnserialisableError, match="surrogates"):
        encode_result(
            an_event(workflow_id="\ud800"),
            status="success",
            attempts=1,
            processor="charge",
            started_at=NOW,
            finished_at=NOW,
        )


def test_an_unknown_status_is_no_result() -> None:
    schema = TypeAdapter(ResultRecord).json_schema()

    assert schema["properties"]["status"]["enum"] == ["success", "error", "duplicate"]
