"""What does an exception mean: is another attempt worth while?

In the order of DESIGN section 5.6, the first that knows decides: what the exception itself says,
the operator's rules, an HTTP status, what is known of the library, what is known of programs,
and at last ``classification.default``.  Each failure carries the rule that decided.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any

from config.failures import ClassificationSettings
from config.policies import RetryPolicy
from consumer.core.error_codes import ERROR_CODES
from consumer.core.exception_text import bounded, member_of, message_of, traceback_of, type_name
from consumer.core.failure import Failure
from consumer.core.http_failure import (
    TRANSIENT_STATUS_CODES,
    bounded_wait,
    code_of,
    retry_after_of,
    status_of,
)
from consumer.core.recognition import Verdict, VerdictClass, names_of, recognised
from processors.contract import PermanentError, ProcessorError, RetryAfter, TransientError

LONGEST_NAME = 128
"""Characters of a code or request id: both end up in headers, labels and lists."""
_LEAVES = 32


def classify(
    error: BaseException,
    *,
    settings: ClassificationSettings,
    policy: RetryPolicy,
    now: float,
) -> Failure:
    """Return what the exception of an attempt means.

    SystemExit, KeyboardInterrupt and GeneratorExit out of a processor are failures like others.

    Args:
        error: What the processor raised.
        settings: The operator's rules and default.
        policy: The event's, with rules and HTTP statuses of its own.
        now: Seconds since the epoch, against a Retry-After that names a date.
    """
    if isinstance(error, BaseExceptionGroup):
        return _classify_group(error, settings=settings, policy=policy, now=now)
    message = message_of(error)
    verdict = _explicit(error)
    if verdict is None:
        natural = _natural(error, settings, policy)
        verdict = _ruled(names_of(error), message, natural, settings, policy) or natural
    is_own = isinstance(error, ProcessorError)
    request_id = member_of(error, "request_id") if is_own else None
    details = member_of(error, "details") if is_own else None
    return Failure(
        code=verdict.code,
        message=message,
        failure_class=verdict.failure_class,
        rule=verdict.rule,
        type=type_name(type(error)),
        retry_after=_wait(error, now) if verdict.failure_class == "transient" else None,
        status_code=status_of(error),
        request_id=bounded(str(request_id), LONGEST_NAME) if request_id else None,
        details=_details(details) if details else None,
        traceback=traceback_of(error),
    )


def timeout_failure(
    seconds: float,
    *,
    settings: ClassificationSettings | None = None,
    policy: RetryPolicy | None = None,
) -> Failure:
    """Return the failure of an attempt that took longer than *seconds*.

    Rules may name it as TimeoutError or TIMEOUT, and make it permanent.
    """
    failure = Failure(
        code="TIMEOUT",
        message=(
            f"the attempt took longer than its timeout of {seconds:g} s: raise the timeout of the "
            "processor or its policy if the work takes that long"
        ),
        failure_class="timeout",
        rule="timeout",
        type="TimeoutError",
    )
    verdict = _ruled(
        names_of(TimeoutError()),
        failure.message,
        Verdict("transient", failure.code, failure.rule),
        settings or ClassificationSettings(),
        policy or RetryPolicy(),
    )
    if verdict is None:
        return failure
    permanent = verdict.failure_class == "permanent"
    return replace(
        failure,
        code=verdict.code,
        rule=verdict.rule,
        failure_class="permanent" if permanent else "timeout",
    )


def _classify_group(
    group: BaseExceptionGroup[Any],
    *,
    settings: ClassificationSettings,
    policy: RetryPolicy,
    now: float,
) -> Failure:
    """Return the failure that decides among those of tasks that ran side by side.

    A permanent one would only come back; among transient ones the longest asked-for wait counts.
    """
    failures = [
        classify(leaf, settings=settings, policy=policy, now=now)
        for leaf in islice(_leaves(group), _LEAVES)
    ]
    permanent = [failure for failure in failures if not failure.is_transient]
    decisive = next(
        iter(permanent),
        max(failures, key=lambda failure: failure.retry_after or 0.0),
    )
    return replace(decisive, traceback=traceback_of(group))


def _leaves(group: BaseExceptionGroup[Any]) -> Iterator[BaseException]:
    waiting: list[BaseException] = [group]
    while waiting:
        error = waiting.pop()
        if isinstance(error, BaseExceptionGroup):
            waiting += reversed(error.exceptions)
        else:
            yield error


def _explicit(error: BaseException) -> Verdict | None:
    """Return what *error* says of itself."""
    if isinstance(error, PermanentError):
        return Verdict("permanent", _code(error), "explicit")
    if isinstance(error, TransientError):
        return Verdict("transient", _code(error), "explicit")
    return None


def _natural(
    error: BaseException,
    settings: ClassificationSettings,
    policy: RetryPolicy,
) -> Verdict:
    """Return what *error* is where no rule names it; rules match the code given here, too."""
    own = _code(error) if isinstance(error, ProcessorError) else ProcessorError.default_code
    named = own != ProcessorError.default_code
    if named and own in ERROR_CODES:
        return Verdict(ERROR_CODES[own].failure_class, own, f"code:{own}")
    status = status_of(error)
    if status is not None:
        codes = policy.retryable_status_codes
        transient = status in (TRANSIENT_STATUS_CODES if codes is None else codes)
        code = own if named else code_of(status)
        return Verdict("transient" if transient else "permanent", code, f"http:{status}")
    known = recognised(error)
    if known is not None:
        return known
    code = own if isinstance(error, ProcessorError) else "UNEXPECTED_ERROR"
    return Verdict(settings.default, code, "default")


def _ruled(
    names: tuple[str, ...],
    message: str,
    natural: Verdict,
    settings: ClassificationSettings,
    policy: RetryPolicy,
) -> Verdict | None:
    """Return what the operator's rules say; a permanent one wins over any transient one."""
    for match, failure_class, code, rule in _rules(settings, policy):
        if _matches(match, names, message, natural.code):
            return Verdict(failure_class, code or natural.code, rule)
    return None


def _rules(
    settings: ClassificationSettings,
    policy: RetryPolicy,
) -> Iterator[tuple[str, VerdictClass, str | None, str]]:
    """Yield match, class, code and name of each rule, in the order they are looked at."""
    wanted: tuple[tuple[VerdictClass, tuple[str, ...]], ...] = (
        ("permanent", policy.non_retryable),
        ("transient", policy.retryable),
    )
    for failure_class, matches in wanted:
        for match in matches:
            yield match, failure_class, None, f"policy:{match}"
        for rule in settings.rules:
            if rule.classify == failure_class:
                yield rule.match, failure_class, rule.code, f"rule:{rule.match}"


def _matches(match: str, names: tuple[str, ...], message: str, code: str) -> bool:
    if len(match) > 2 and match[0] == match[-1] == "/":
        pattern = _compiled(match[1:-1])
        return bool(pattern.search(message) or pattern.search(code))
    return match == code or match in names


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _code(error: ProcessorError) -> str:
    # An author's own error may have an __init__ that never calls ours.
    return bounded(str(member_of(error, "code") or error.default_code), LONGEST_NAME)


def _wait(error: BaseException, now: float) -> float | None:
    seconds = member_of(error, "seconds") if isinstance(error, RetryAfter) else None
    return retry_after_of(error, now) if seconds is None else bounded_wait(seconds)


def _details(details: object) -> Mapping[str, Any]:
    return details if isinstance(details, Mapping) else {"details": details}
