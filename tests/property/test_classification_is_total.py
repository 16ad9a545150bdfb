"""Every exception is classified, whatever it says and whatever the rules are."""

import socket
from typing import Any

import httpx
import orjson
from hypothesis import given
from hypothesis import strategies as st

from config.failures import ClassificationRule, ClassificationSettings
from config.policies import RetryPolicy
from consumer.core.classification import classify
from consumer.core.exception_text import LONGEST_MESSAGE, LONGEST_TRACEBACK_BYTES
from consumer.core.failure import Failure
from processors.contract import PermanentError, ProcessorError, RetryAfter, TransientError

any_text = st.text(st.characters(), max_size=50)
answers = st.builds(
    lambda status, wait: httpx.HTTPStatusError(
        "failed",
        request=httpx.Request("GET", "http://bank.invalid/"),
        response=httpx.Response(status, headers={"Retry-After": wait}),
    ),
    st.integers(100, 599),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
)
members: Any = {
    "code": st.none() | any_text,
    "status_code": st.none() | st.integers(),
    "request_id": st.none() | any_text,
    "details": st.none() | st.dictionaries(any_text, st.integers()),
}
errors = st.recursive(
    answers
    | st.builds(TransientError, any_text, **members)
    | st.builds(PermanentError, any_text, **members)
    | st.builds(ProcessorError, any_text, **members)
    | st.builds(RetryAfter, st.floats(0, allow_nan=False))
    | st.builds(
        lambda kind, text: kind(text),
        st.sampled_from(
            [
                KeyError,
                ValueError,
                TimeoutError,
                ConnectionError,
                OSError,
                socket.gaierror,
                ImportError,
                RuntimeError,
                SystemExit,
                KeyboardInterrupt,
                GeneratorExit,
            ]
        ),
        any_text,
    ),
    lambda leaves: st.builds(BaseExceptionGroup, any_text, st.lists(leaves, min_size=1)),
    max_leaves=5,
)
matches = st.sampled_from(
    [
        "KeyError",
        "LookupError",
        "Exception",
        "httpx.HTTPStatusError",
        "TIMEOUT",
        "UNEXPECTED_ERROR",
        "/fail/",
        "/./",
        "NobodyError",
    ]
)
policies = st.builds(
    RetryPolicy,
    retryable=st.lists(matches, max_size=3).map(tuple),
    non_retryable=st.lists(matches, max_size=3).map(tuple),
    retryable_status_codes=st.none() | st.lists(st.integers(400, 599)).map(tuple),
)
settings = st.builds(
    ClassificationSettings,
    default=st.sampled_from(["transient", "permanent"]),
    rules=st.lists(
        st.builds(
            ClassificationRule, match=matches, classify=st.sampled_from(["transient", "permanent"])
        ),
        max_size=3,
    ).map(tuple),
)
moments = st.floats(0, 4 * 10**9)


def classified(
    error: BaseException, rules: ClassificationSettings, policy: RetryPolicy, now: float
) -> Failure:
    return classify(error, settings=rules, policy=policy, now=now)


@given(errors, settings, policies, moments)
def test_a_failure_is_bounded_and_fit_for_a_record(
    error: BaseException, rules: ClassificationSettings, policy: RetryPolicy, now: float
) -> None:
    failure = classified(error, rules, policy, now)

    assert failure.rule
    assert failure.message
    assert len(failure.message.encode()) <= 10 * LONGEST_MESSAGE
    assert len((failure.traceback or "").encode()) <= LONGEST_TRACEBACK_BYTES
    assert orjson.dumps([failure.code, failure.message, failure.type, failure.request_id])
    assert failure.retry_after is None or (
        failure.is_transient and 0 <= failure.retry_after <= 30 * 24 * 3600
    )


@given(errors, settings, policies, moments)
def test_a_permanent_rule_for_everything_spares_only_what_is_explicit(
    error: BaseException, rules: ClassificationSettings, policy: RetryPolicy, now: float
) -> None:
    strict = policy.model_copy(update={"non_retryable": ("BaseException",)})
    failure = classified(error, rules, strict, now)

    assert failure.failure_class == "permanent" or failure.rule == "explicit"


@given(errors, settings, policies, moments)
def test_the_same_error_is_the_same_failure(
    error: BaseException, rules: ClassificationSettings, policy: RetryPolicy, now: float
) -> None:
    assert classified(error, rules, policy, now) == classified(error, rules, policy, now)
