"""The table is whole, and the page says what the table says."""

import pytest

from consumer.core.error_codes import ERROR_CODES, ErrorCode, suggested_actions
from consumer.core.error_codes_page import error_codes_markdown
from consumer.core.retry import BACKOFF_SECONDS

OF_THE_DESIGN = """INVALID_CREDENTIALS TOKEN_EXPIRED UNAUTHORIZED RATE_LIMITED QUOTA_EXCEEDED
INVALID_INPUT INVALID_CONFIG SERVICE_UNAVAILABLE NETWORK_ERROR TIMEOUT EXECUTION_FAILED
MAX_RETRIES_EXCEEDED DEADLINE_EXCEEDED CIRCUIT_BREAKER_OPEN DEPENDENCY_MISSING PROCESSOR_MISSING
IDEMPOTENCY_CONFLICT OUTPUT_REFUSED STEP_TOO_LARGE PROCESS_CRASHED CANCELLED UNEXPECTED_ERROR"""


def test_the_table_has_the_codes_of_the_design_and_no_other() -> None:
    assert set(ERROR_CODES) == set(OF_THE_DESIGN.split())


@pytest.mark.parametrize("row", ERROR_CODES.values(), ids=lambda row: row.code)
def test_every_code_has_a_meaning_and_something_to_do(row: ErrorCode) -> None:
    assert row.meaning.endswith(".")
    assert row.actions
    assert all(action.endswith(".") for action in row.actions)


@pytest.mark.parametrize("row", ERROR_CODES.values(), ids=lambda row: row.code)
def test_only_what_may_be_tried_again_has_a_backoff_class(row: ErrorCode) -> None:
    assert (row.failure_class == "transient") == (row.backoff in BACKOFF_SECONDS)


def test_actions_of_the_cause_come_first_and_once() -> None:
    both = suggested_actions("TIMEOUT", None, "MAX_RETRIES_EXCEEDED", "TIMEOUT")

    assert both == [*ERROR_CODES["TIMEOUT"].actions, *ERROR_CODES["MAX_RETRIES_EXCEEDED"].actions]


def test_a_code_of_a_processors_own_has_no_actions() -> None:
    assert suggested_actions("CARD_DECLINED") == []


@pytest.mark.parametrize("row", ERROR_CODES.values(), ids=lambda row: row.code)
def test_the_page_shows_every_row(row: ErrorCode) -> None:
    page = error_codes_markdown()

    assert f"| [`{row.code}`](#{row.code.lower()}) | {row.failure_class} | {row.backoff}" in page
    assert f"### {row.code}\n\n{row.meaning}\n\n- {row.actions[0]}\n" in page


def test_the_page_shows_how_long_a_backoff_is() -> None:
    assert "long (60-300 s)" in error_codes_markdown()
