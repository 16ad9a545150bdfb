"""Does every event get the retry policy that is meant?"""

import pytest

from config.policies import BUILT_IN, Criticality, PolicyBinding, RetryPolicy
from config.retries import RetrySettings
from processors.policies import Policies, policy_for, unknown_policies
from processors.registry import Processor

RETRY = RetrySettings(
    policies={"mine": RetryPolicy(max_attempts=7)},
    bindings=(
        PolicyBinding(event_type="invoice.*", policy="conservative"),
        PolicyBinding(event_type="invoice.paid", policy="fast"),
        PolicyBinding(event_type="order.paid", policy="mine"),
    ),
    default_policy="aggressive",
)


def _processor(policy: str | None, criticality: Criticality | None = None) -> Processor:
    return Processor(
        "m.run", "*", lambda _event, _ctx: None, False, None, policy, None, None, criticality
    )


@pytest.mark.parametrize(
    ("event_type", "asked", "name"),
    [
        ("invoice.paid", "standard", "conservative"),
        ("order.paid", "standard", "mine"),
        ("order.sent", "standard", "standard"),
        ("order.sent", None, "aggressive"),
        ("order.sent" + "x" * 1000, "standard", "standard"),
        ("Invoice.paid", None, "aggressive"),
    ],
)
def test_the_first_binding_wins_over_the_processor_and_the_processor_over_the_default(
    event_type: str,
    asked: str | None,
    name: str,
) -> None:
    policies = Policies(RETRY)

    for _ in range(2):
        assert policies.policy_for(event_type, _processor(asked)) == (name, RETRY.named()[name])


@pytest.mark.parametrize(
    ("criticality", "name"),
    [
        ("high", "conservative"),
        ("normal", "standard"),
        ("low", "aggressive"),
        ("realtime", "fast"),
    ],
)
def test_criticality_stands_for_a_policy(criticality: Criticality, name: str) -> None:
    bound = RetrySettings(bindings=(PolicyBinding(event_type="a", criticality=criticality),))

    assert policy_for("a", None, bound)[0] == name
    assert policy_for("a", _processor(None, criticality), RetrySettings())[0] == name


@pytest.mark.parametrize(
    ("bindings", "policy", "criticality", "name"),
    [
        (["criticality", "policy"], "mine", "low", "fast"),
        (["criticality"], "mine", "low", "mine"),
        (["criticality"], None, "low", "conservative"),
        ([], None, "low", "aggressive"),
        ([], "mine", "low", "mine"),
        ([], None, None, "default"),
    ],
)
def test_a_named_policy_wins_over_criticality_and_the_settings_over_the_processor(
    bindings: list[str],
    policy: str | None,
    criticality: Criticality | None,
    name: str,
) -> None:
    given = {
        "criticality": PolicyBinding(event_type="a*", criticality="high"),
        "policy": PolicyBinding(event_type="a*", policy="fast"),
    }
    retry = RetrySettings(
        policies={"mine": RetryPolicy()},
        bindings=tuple(given[each] for each in bindings),
    )

    assert policy_for("ab", _processor(policy, criticality), retry)[0] == name


def test_retries_switched_off_for_all_are_off_in_every_policy() -> None:
    retry = RetrySettings(enabled=False, disabled_codes=("TIMEOUT",))
    _, policy = policy_for("a", None, retry)

    assert not policy.enabled
    assert policy.disabled_codes == ("TIMEOUT",)
    assert policy.max_attempts == BUILT_IN["default"].max_attempts


def test_an_event_that_no_processor_wants_has_a_policy_all_the_same() -> None:
    assert policy_for("a", None, RetrySettings()) == ("default", BUILT_IN["default"])


def test_types_from_outside_cannot_fill_the_memory() -> None:
    policies = Policies(RETRY)

    for number in range(10_000):
        policies.policy_for(f"unknown.{number}", None)

    assert policies.remembered_types == 4096


def test_a_policy_that_there_is_not_is_a_problem_that_names_its_processor() -> None:
    found = list(
        unknown_policies([_processor("nope"), _processor("mine"), _processor(None)], RETRY)
    )

    [problem] = found
    assert str(problem) == (
        "retry.policies: m.run ('*') asks for policy 'nope', which there is not: use one of "
        "aggressive, conservative, default, fast, mine, no_retry, standard, or define it"
    )
