"""A failed HTTP answer is recognised by its shape, whichever client made it."""

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from consumer.core.http_failure import code_of, retry_after_of, status_of
from processors.contract import ProcessorError

NOW = 1_445_412_470.0  # ten seconds before the date below
DATE = "Wed, 21 Oct 2015 07:28:00 GMT"


class ShapedError(Exception):
    """Has the attributes it is given, as the errors of other clients have."""

    def __init__(self, **members: Any) -> None:
        super().__init__("failed")
        self.__dict__.update(members)


class HostileError(Exception):
    @property
    def response(self) -> object:
        raise RuntimeError("not connected")

    status_code = response


def of_httpx(status: int, **headers: str) -> httpx.HTTPStatusError:
    request = httpx.Request("GET", "http://bank.invalid/")
    response = httpx.Response(status, headers=headers, request=request)
    return httpx.HTTPStatusError("failed", request=request, response=response)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (of_httpx(503), 503),
        (of_httpx(302), None),
        (ProcessorError("x", status_code=404), 404),
        (ProcessorError("x"), None),
        (ShapedError(status=429), 429),
        (ShapedError(status=7), None),
        (ShapedError(status="503"), None),
        (ShapedError(status_code=True), None),
        (ShapedError(response=SimpleNamespace(status_code=500)), 500),
        (ShapedError(response=None), None),
        (HostileError(), None),
        (RuntimeError(), None),
    ],
    ids=repr,
)
def test_a_status_is_found_where_clients_put_it(error: Exception, status: int | None) -> None:
    assert status_of(error) == status


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "INVALID_INPUT"),
        (401, "UNAUTHORIZED"),
        (402, "QUOTA_EXCEEDED"),
        (403, "UNAUTHORIZED"),
        (404, "EXECUTION_FAILED"),
        (408, "TIMEOUT"),
        (425, "SERVICE_UNAVAILABLE"),
        (429, "RATE_LIMITED"),
        (500, "SERVICE_UNAVAILABLE"),
        (504, "TIMEOUT"),
        (599, "SERVICE_UNAVAILABLE"),
    ],
)
def test_a_status_has_an_error_code(status: int, code: str) -> None:
    assert code_of(status) == code


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        (" 1.5 ", 1.5),
        ("0", 0.0),
        (DATE, 10.0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 10.0),
        ("Wed, 21 Oct 2015 07:27:00 GMT", 0.0),
        ("99999999999", 30 * 24 * 3600.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 30 * 24 * 3600.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("9" * 5000, None),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after_of(of_httpx(429, **{"Retry-After": text}), NOW) == seconds


@pytest.mark.parametrize(
    "error",
    [
        ShapedError(headers={"Retry-After": "7"}),
        ShapedError(headers={"retry-after": "7"}),
        ShapedError(response=SimpleNamespace(headers={"Retry-After": "7"})),
    ],
    ids=["own", "lower case", "response"],
)
def test_a_retry_after_is_found_where_clients_put_it(error: Exception) -> None:
    assert retry_after_of(error, NOW) == 7.0


@pytest.mark.parametrize(
    "error",
    [ShapedError(headers=None), ShapedError(headers={"retry-after": 7}), HostileError()],
    ids=["none", "no text", "hostile"],
)
def test_no_retry_after_is_no_wait(error: Exception) -> None:
    assert retry_after_of(error, NOW) is None
