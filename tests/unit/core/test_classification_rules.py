"""What the operator's rules say of a failure, and which of them wins."""

from typing import Literal

import httpx
import pytest

from config.failures import ClassificationRule, ClassificationSettings
from config.policies import RetryPolicy
from consumer.core.classification import classify, timeout_failure
from consumer.core.failure import Failure
from processors.contract import PermanentError, ProcessorError, TransientError

SETTINGS = ClassificationSettings()
POLICY = RetryPolicy()
NOW = 1_445_412_470.0


class BankError(Exception):
    pass


class BankBusyError(BankError):
    pass


def classified(
    error: BaseException,
    settings: ClassificationSettings = SETTINGS,
    policy: RetryPolicy = POLICY,
) -> Failure:
    return classify(error, settings=settings, policy=policy, now=NOW)


def verdict(failure: Failure) -> tuple[str, str, str]:
    return failure.failure_class, failure.code, failure.rule


def rules(*rows: tuple[str, Literal["transient", "permanent"]]) -> ClassificationSettings:
    return ClassificationSettings(
        rules=tuple(ClassificationRule(match=match, classify=kind) for match, kind in rows)
    )


def answered(status: int, **headers: str) -> httpx.HTTPStatusError:
    request = httpx.Request("GET", "http://bank.invalid/")
    response = httpx.Response(status, headers=headers, request=request)
    return httpx.HTTPStatusError(f"answered {status}", request=request, response=response)


@pytest.mark.parametrize(
    "match",
    [
        "BankBusyError",
        "BankError",
        "Exception",
        f"{__name__}.BankBusyError",
        f"{__name__.partition('.')[0]}.BankError",
        "/account [0-9]+ is bus/",
        "UNEXPECTED_ERROR",
        "/^UNEXPECTED/",
    ],
)
def test_a_rule_matches_name_base_class_message_or_code(match: str) -> None:
    failure = classified(BankBusyError("account 17 is busy"), rules((match, "permanent")))

    assert verdict(failure) == ("permanent", "UNEXPECTED_ERROR", f"rule:{match}")


@pytest.mark.parametrize("match", ["Busy", "/busy$/", "TIMEOUT", "/", "//"])
def test_a_rule_that_does_not_match_decides_nothing(match: str) -> None:
    settings = ClassificationSettings.model_construct(
        rules=(ClassificationRule.model_construct(match=match, classify="permanent"),)
    )

    assert classified(BankBusyError("account 17 is BUSY"), settings).rule == "default"


def test_a_rule_may_give_another_code() -> None:
    rule = ClassificationRule(match="BankError", classify="permanent", code="BANK_SAYS_NO")
    failure = classified(BankError(), ClassificationSettings(rules=(rule,)))

    assert verdict(failure) == ("permanent", "BANK_SAYS_NO", "rule:BankError")


def test_a_rule_sees_the_code_that_a_status_stands_for() -> None:
    policy = POLICY.model_copy(update={"retryable": ("UNAUTHORIZED",)})

    assert verdict(classified(answered(401), policy=policy)) == (
        "transient",
        "UNAUTHORIZED",
        "policy:UNAUTHORIZED",
    )


@pytest.mark.parametrize("error", [PermanentError("x"), TransientError("x")], ids=repr)
def test_what_the_error_says_of_itself_beats_every_rule(error: ProcessorError) -> None:
    settings = rules(("Exception", "permanent"), ("Exception", "transient"))
    policy = RetryPolicy(non_retryable=("Exception",), retryable=("Exception",))

    assert classified(error, settings, policy).rule == "explicit"


@pytest.mark.parametrize(
    ("settings", "policy", "rule"),
    [
        (
            SETTINGS,
            RetryPolicy(retryable=("BankError",), non_retryable=("BankBusyError",)),
            "policy:BankBusyError",
        ),
        (
            rules(("BankError", "transient"), ("BankBusyError", "permanent")),
            POLICY,
            "rule:BankBusyError",
        ),
        (
            rules(("BankBusyError", "permanent")),
            RetryPolicy(retryable=("BankError",)),
            "rule:BankBusyError",
        ),
        (
            rules(("BankError", "transient")),
            RetryPolicy(non_retryable=("BankBusyError",)),
            "policy:BankBusyError",
        ),
    ],
    ids=["policy", "settings", "settings over policy", "policy over settings"],
)
def test_a_permanent_rule_beats_any_transient_one(
    settings: ClassificationSettings, policy: RetryPolicy, rule: str
) -> None:
    failure = classified(BankBusyError(), settings, policy)

    assert verdict(failure) == ("permanent", "UNEXPECTED_ERROR", rule)


def test_a_transient_rule_makes_even_a_programming_error_transient() -> None:
    failure = classified(KeyError("k"), rules(("LookupError", "transient")))

    assert verdict(failure) == ("transient", "EXECUTION_FAILED", "rule:LookupError")


def test_a_timeout_is_transient_and_says_how_long_it_took() -> None:
    failure = timeout_failure(2.5)

    assert (failure.failure_class, failure.code, failure.rule) == ("timeout", "TIMEOUT", "timeout")
    assert failure.message.startswith("the attempt took longer than its timeout of 2.5 s: ")


def test_rules_may_make_a_timeout_permanent() -> None:
    policy = RetryPolicy(non_retryable=("TimeoutError",))
    failure = timeout_failure(2.5, settings=SETTINGS, policy=policy)

    assert verdict(failure) == ("permanent", "TIMEOUT", "policy:TimeoutError")


def test_a_rule_that_keeps_a_timeout_transient_keeps_its_name() -> None:
    settings = rules(("TIMEOUT", "transient"))
    failure = timeout_failure(2.5, settings=settings, policy=POLICY)

    assert verdict(failure) == ("timeout", "TIMEOUT", "rule:TIMEOUT")
