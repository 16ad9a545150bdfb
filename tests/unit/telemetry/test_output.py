"""Everything a process says is one format, on one stream, at one level."""

import io
import logging
import sys
import warnings
from datetime import UTC, datetime

import pytest
import structlog

from config.settings import LogSettings
from consumer.telemetry.output import Output, configure_logging, own_logger
from processors.contract import Context, WorkflowEvent
from processors.current import current_attempt
from tests.unit.telemetry.examples import ATTEMPT_FAILED
from tests.unit.telemetry.stderr import Written

NOT_LEADER = (
    "Got error produce response on topic-partition %s, retrying. Error: %s",
    ("t-0", "<class 'aiokafka.errors.NotLeaderForPartitionError'>"),
)


def test_a_line_is_json_with_time_level_and_logger(written: Written) -> None:
    own_logger(LogSettings(), written).info("http.listening", port=9464)

    entry = written.entry()
    assert [*entry] == ["timestamp", "level", "event", "logger", "port"]
    assert entry["timestamp"].endswith("Z")
    assert (entry["level"], entry["event"], entry["logger"], entry["port"]) == (
        "info",
        "http.listening",
        "everonce",
        9464,
    )


def test_what_is_below_the_level_is_not_written(written: Written) -> None:
    settings = LogSettings(level="warning")
    configure_logging(settings, written)

    own_logger(settings, written).info("session.started")
    structlog.get_logger().info("card.charged")
    logging.getLogger("mine").info("hello")

    assert written.text() == ""


def test_logging_of_a_processor_comes_in_the_same_format(written: Written) -> None:
    configure_logging(LogSettings(), written)

    logging.getLogger("shop.invoices").warning("slow: %d ms", 12, extra={"customer": "c-1"})

    entry = written.entry()
    assert entry.pop("timestamp")
    assert entry == {
        "level": "warning",
        "event": "slow: 12 ms",
        "logger": "shop.invoices",
        "customer": "c-1",
    }


def test_an_extra_named_event_does_not_hide_the_message(written: Written) -> None:
    configure_logging(LogSettings(), written)

    logging.getLogger("shop").warning("slow", extra={"event": "invoice-7"})

    assert (written.entry()["event"], written.entry()["extra_event"]) == ("slow", "invoice-7")


def test_an_exception_is_written_with_its_traceback(written: Written) -> None:
    configure_logging(LogSettings(), written)

    try:
        raise ValueError("bad amount")  # noqa: TRY301 - only a raised one has a traceback
    except ValueError:
        logging.getLogger("shop").exception("charging failed")
        structlog.get_logger().exception("card.refused")

    assert [each["exception"].splitlines()[-1] for each in written.entries()] == [
        "ValueError: bad amount",
        "ValueError: bad amount",
    ]


def test_warnings_of_python_come_in_the_same_format(written: Written) -> None:
    configure_logging(LogSettings(), written)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        # catch_warnings put its own way of showing back; a process has nothing between.
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("old call", DeprecationWarning, stacklevel=1)

    assert written.entry()["logger"] == "py.warnings"


def test_libraries_talk_one_level_up(written: Written) -> None:
    configure_logging(LogSettings(level="info"), written)

    logging.getLogger("aiokafka.consumer").info("Discovered coordinator")
    logging.getLogger("aiokafka.consumer").warning("Heartbeat failed: unknown member")

    assert [each["event"] for each in written.entries()] == ["Heartbeat failed: unknown member"]


def test_a_leader_that_moves_is_no_warning(written: Written) -> None:
    configure_logging(LogSettings(level="info"), written)

    logging.getLogger("aiokafka.producer.sender").warning(NOT_LEADER[0], *NOT_LEADER[1])

    assert written.text() == ""


def test_a_leader_that_moves_is_told_of_where_everything_is(written: Written) -> None:
    configure_logging(LogSettings(level="debug"), written)

    logging.getLogger("aiokafka.producer.sender").warning(NOT_LEADER[0], *NOT_LEADER[1])

    assert written.entry()["level"] == "debug"


def test_the_same_words_of_another_library_stay_a_warning(written: Written) -> None:
    configure_logging(LogSettings(level="info"), written)

    logging.getLogger("aiokafka_tools").warning(NOT_LEADER[0], *NOT_LEADER[1])

    assert written.entry()["level"] == "warning"


def test_a_second_configuration_replaces_the_first(written: Written) -> None:
    first = io.BytesIO()
    configure_logging(LogSettings(), first)
    logger = structlog.get_logger()
    logger.info("before")

    configure_logging(LogSettings(), written)
    logging.getLogger("mine").warning("hello")
    logger.info("after")

    assert b"hello" not in first.getvalue()
    assert [each["event"] for each in written.entries()] == ["hello", "after"]


def test_people_get_text(written: Written) -> None:
    settings = LogSettings(format="console")
    configure_logging(settings, written)

    own_logger(settings, written).info("http.listening", port=9464)
    logging.getLogger("mine").warning("hello\x1b[2J")

    first, second = written.text().splitlines()
    assert "http.listening" in first
    assert "port=9464" in first
    assert r"hello\x1b[2J" in second
    assert "\x1b" not in written.text()


def test_a_closed_stream_fails_nobody(written: Written) -> None:
    written.close()

    own_logger(LogSettings(), written).info("http.listening")

    assert written.closed


def test_without_a_stream_it_is_standard_error_as_it_is_now(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    Output().write("one line\udc80")

    assert capsysbinary.readouterr().err == b"one line\\udc80\n"


def test_a_process_without_standard_error_logs_to_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    output = Output()

    output.write("one line")

    assert not output.is_terminal


def test_arguments_that_do_not_fit_their_message_fail_nobody(
    written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger().handlers.clear()
    configure_logging(LogSettings(), written)

    logging.getLogger("aiokafka.client").warning("%d nodes", "many")
    logging.getLogger("mine").warning("hello")

    assert written.entry()["event"] == "hello"
    assert "%d nodes" in capsys.readouterr().err


def an_attempt(number: int = 2) -> Context:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    event = WorkflowEvent("invoice-7", "invoice.paid", "w", "r", moment, {"amount": 12})
    return Context("key", number, 3, event=event, source=ATTEMPT_FAILED)


NAMED = {
    "topic": "workflow-events",
    "partition": 3,
    "offset": 41,
    "event_id": "invoice-7",
    "event_type": "invoice.paid",
    "attempt": 2,
}


def test_the_logger_of_an_attempt_names_event_and_attempt(written: Written) -> None:
    configure_logging(LogSettings(), written)

    an_attempt().log.info("card.charged", amount=12)

    entry = written.entry()
    assert {name: entry[name] for name in NAMED} == NAMED
    assert (entry["logger"], entry["amount"]) == ("processors", 12)


def test_whatever_is_logged_inside_an_attempt_names_it(written: Written) -> None:
    configure_logging(LogSettings(), written)
    token = current_attempt.set(an_attempt())

    logging.getLogger("mine").warning("hello")
    structlog.get_logger().info("card.charged")
    current_attempt.reset(token)
    logging.getLogger("mine").warning("later")

    inside, beside, after = written.entries()
    assert NAMED.items() <= inside.items()
    assert NAMED.items() <= beside.items()
    assert not NAMED.keys() & after.keys()


def test_what_a_line_says_itself_wins_over_the_attempt(written: Written) -> None:
    configure_logging(LogSettings(), written)
    token = current_attempt.set(an_attempt())

    structlog.get_logger().info("copied", topic="elsewhere")
    current_attempt.reset(token)

    assert written.entry()["topic"] == "elsewhere"


def test_our_own_lines_take_nothing_from_the_attempt_that_happens_to_run(
    written: Written,
) -> None:
    token = current_attempt.set(an_attempt())

    own_logger(LogSettings(), written).info("assignment.changed")
    current_attempt.reset(token)

    assert not NAMED.keys() & written.entry().keys()


def test_an_attempt_that_knows_no_event_can_log_too(written: Written) -> None:
    configure_logging(LogSettings(), written)

    Context("key").log.info("tried")

    assert written.entry()["attempt"] == 1
