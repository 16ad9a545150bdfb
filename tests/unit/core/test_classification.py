"""Each exception is classified by the first rule of DESIGN section 5.6 that knows it."""

import asyncio
import errno
import socket
import ssl
import urllib.error
from typing import Any

import httpx
import pytest
from pydantic import BaseModel, ValidationError

from config.failures import ClassificationSettings
from config.policies import RetryPolicy
from consumer.core.classification import classify
from consumer.core.failure import Failure
from processors.contract import PermanentError, ProcessorError, RetryAfter, TransientError

SETTINGS = ClassificationSettings()
POLICY = RetryPolicy()
NOW = 1_445_412_470.0


def classified(
    error: BaseException,
    settings: ClassificationSettings = SETTINGS,
    policy: RetryPolicy = POLICY,
) -> Failure:
    return classify(error, settings=settings, policy=policy, now=NOW)


def verdict(failure: Failure) -> tuple[str, str, str]:
    return failure.failure_class, failure.code, failure.rule


def answered(status: int, **headers: str) -> httpx.HTTPStatusError:
    request = httpx.Request("GET", "http://bank.invalid/")
    response = httpx.Response(status, headers=headers, request=request)
    return httpx.HTTPStatusError(f"answered {status}", request=request, response=response)


def of_module(name: str, module: str, parent: type[BaseException] = Exception) -> BaseException:
    """Return an error as a library that is not installed here would raise it."""
    kind: type[BaseException] = type(name, (parent,), {"__module__": module})
    return kind("failed")


def invalid() -> ValidationError:
    class Invoice(BaseModel):
        number: int

    with pytest.raises(ValidationError) as caught:
        Invoice.model_validate({})
    return caught.value


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TransientError("x"), ("transient", "SERVICE_UNAVAILABLE", "explicit")),
        (TransientError("x", code="MINE"), ("transient", "MINE", "explicit")),
        (PermanentError("x"), ("permanent", "EXECUTION_FAILED", "explicit")),
        (PermanentError("x", status_code=503), ("permanent", "EXECUTION_FAILED", "explicit")),
        (RetryAfter(3), ("transient", "RATE_LIMITED", "explicit")),
        (ProcessorError("x"), ("transient", "EXECUTION_FAILED", "default")),
        (
            ProcessorError("x", code="RATE_LIMITED"),
            ("transient", "RATE_LIMITED", "code:RATE_LIMITED"),
        ),
        (
            ProcessorError("x", code="INVALID_CONFIG", status_code=503),
            ("permanent", "INVALID_CONFIG", "code:INVALID_CONFIG"),
        ),
        (ProcessorError("x", code="MINE"), ("transient", "MINE", "default")),
        (ProcessorError("x", code="MINE", status_code=404), ("permanent", "MINE", "http:404")),
        (ProcessorError("x", status_code=503), ("transient", "SERVICE_UNAVAILABLE", "http:503")),
        (answered(408), ("transient", "TIMEOUT", "http:408")),
        (answered(425), ("transient", "SERVICE_UNAVAILABLE", "http:425")),
        (answered(429), ("transient", "RATE_LIMITED", "http:429")),
        (answered(500), ("transient", "SERVICE_UNAVAILABLE", "http:500")),
        (answered(404), ("permanent", "EXECUTION_FAILED", "http:404")),
        (answered(302), ("transient", "UNEXPECTED_ERROR", "default")),
        (TimeoutError(), ("transient", "TIMEOUT", "library:TimeoutError")),
        (
            ConnectionResetError(),
            ("transient", "NETWORK_ERROR", "library:ConnectionError"),
        ),
        (socket.gaierror(), ("transient", "NETWORK_ERROR", "library:socket.gaierror")),
        (
            ssl.SSLCertVerificationError(),
            ("transient", "NETWORK_ERROR", "library:ssl.SSLError"),
        ),
        (
            asyncio.IncompleteReadError(b"", 1),
            ("transient", "NETWORK_ERROR", "library:asyncio.IncompleteReadError"),
        ),
        (
            urllib.error.URLError("x"),
            ("transient", "NETWORK_ERROR", "library:urllib.URLError"),
        ),
        (
            OSError(errno.EHOSTUNREACH, "x"),
            ("transient", "NETWORK_ERROR", f"library:OSError[{errno.EHOSTUNREACH}]"),
        ),
        (OSError(errno.ENOSPC, "x"), ("transient", "UNEXPECTED_ERROR", "default")),
        (
            httpx.ConnectError("x"),
            ("transient", "NETWORK_ERROR", "library:httpx.TransportError"),
        ),
        (
            httpx.PoolTimeout("x"),
            ("transient", "TIMEOUT", "library:httpx.TimeoutException"),
        ),
        (
            httpx.UnsupportedProtocol("x"),
            ("permanent", "INVALID_CONFIG", "library:httpx.UnsupportedProtocol"),
        ),
        (
            of_module("ConnectionError", "redis.exceptions"),
            ("transient", "NETWORK_ERROR", "library:redis.ConnectionError"),
        ),
        (TypeError(), ("permanent", "EXECUTION_FAILED", "program:TypeError")),
        (AttributeError(), ("permanent", "EXECUTION_FAILED", "program:AttributeError")),
        (UnboundLocalError(), ("permanent", "EXECUTION_FAILED", "program:NameError")),
        (UnicodeError(), ("permanent", "EXECUTION_FAILED", "program:ValueError")),
        (KeyError("k"), ("permanent", "EXECUTION_FAILED", "program:LookupError")),
        (ZeroDivisionError(), ("permanent", "EXECUTION_FAILED", "program:ArithmeticError")),
        (AssertionError(), ("permanent", "EXECUTION_FAILED", "program:AssertionError")),
        (
            NotImplementedError(),
            ("permanent", "EXECUTION_FAILED", "program:NotImplementedError"),
        ),
        (SyntaxError(), ("permanent", "EXECUTION_FAILED", "program:SyntaxError")),
        (ModuleNotFoundError(), ("permanent", "DEPENDENCY_MISSING", "program:ImportError")),
        (invalid(), ("permanent", "INVALID_INPUT", "program:ValidationError")),
        (
            of_module("ValidationError", "jsonschema.exceptions"),
            ("permanent", "INVALID_INPUT", "program:ValidationError"),
        ),
        (RuntimeError(), ("transient", "UNEXPECTED_ERROR", "default")),
        (of_module("TypeError", "bank"), ("transient", "UNEXPECTED_ERROR", "default")),
        (SystemExit(3), ("transient", "UNEXPECTED_ERROR", "default")),
        (KeyboardInterrupt(), ("transient", "UNEXPECTED_ERROR", "default")),
        (GeneratorExit(), ("transient", "UNEXPECTED_ERROR", "default")),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_an_error_is_what_the_first_that_knows_it_says(
    error: BaseException, expected: tuple[str, str, str]
) -> None:
    assert verdict(classified(error)) == expected


def test_what_nobody_knows_is_what_the_default_says() -> None:
    failure = classified(RuntimeError(), ClassificationSettings(default="permanent"))

    assert verdict(failure) == ("permanent", "UNEXPECTED_ERROR", "default")


@pytest.mark.parametrize(("status", "failure_class"), [(404, "transient"), (503, "permanent")])
def test_a_policy_names_its_own_transient_statuses(status: int, failure_class: str) -> None:
    policy = RetryPolicy(retryable_status_codes=(404,))

    assert classified(answered(status), policy=policy).failure_class == failure_class


def test_a_wait_that_is_asked_for_is_kept() -> None:
    headers = {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}

    assert classified(answered(503, **headers)).retry_after == 10.0
    assert classified(RetryAfter(2.5)).retry_after == 2.5


def test_an_endless_wait_ends_after_thirty_days() -> None:
    assert classified(RetryAfter(float("inf"))).retry_after == 30 * 24 * 3600.0


def test_a_permanent_failure_asks_for_no_wait() -> None:
    failure = classified(answered(404, **{"Retry-After": "5"}))

    assert failure.retry_after is None


def test_a_failure_carries_all_that_its_error_says() -> None:
    error = PermanentError(
        "no such card", code="X" * 500, details={"card": 7}, status_code=404, request_id="q-1"
    )
    failure = classified(error)

    assert failure.message == "no such card"
    assert len(failure.code) == 128
    assert failure.type == "processors.contract.PermanentError"
    assert failure.details == {"card": 7}
    assert (failure.status_code, failure.request_id) == (404, "q-1")
    assert failure.traceback == "processors.contract.PermanentError: no such card\n"


def test_details_that_are_no_mapping_are_kept_all_the_same() -> None:
    details: Any = ["a", "b"]

    assert classified(PermanentError("x", details=details)).details == {"details": ["a", "b"]}


class CarelessError(RetryAfter):
    def __init__(self, card: int) -> None:
        Exception.__init__(self, f"card {card} was declined")


def test_an_error_that_does_not_call_its_parent_is_classified_all_the_same() -> None:
    failure = classified(CarelessError(7))

    assert verdict(failure) == ("transient", "RATE_LIMITED", "explicit")
    assert failure.message == "card 7 was declined"
    assert (failure.retry_after, failure.details, failure.request_id) == (None, None, None)


def test_an_error_of_no_module_is_classified_all_the_same() -> None:
    kind: type[Exception] = type("StrayError", (Exception,), {"__module__": None})

    assert classified(kind("x")).type == "None.StrayError"


def test_in_a_group_a_permanent_failure_decides() -> None:
    group = ExceptionGroup(
        "tasks", [TransientError("a"), ExceptionGroup("more", [KeyError("b"), RetryAfter(9)])]
    )
    failure = classified(group)

    assert verdict(failure) == ("permanent", "EXECUTION_FAILED", "program:LookupError")
    assert failure.type == "KeyError"
    assert failure.traceback is not None
    assert "RetryAfter" in failure.traceback


def test_in_a_group_of_transient_failures_the_longest_wait_counts() -> None:
    group = BaseExceptionGroup("tasks", [TimeoutError(), RetryAfter(9), RetryAfter(4)])

    assert classified(group).retry_after == 9.0
