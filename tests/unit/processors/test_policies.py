"""Does every event get the retry policy that is meant?"""

import pytest

from config.failures import RetrySettings
from config.policies import BUILT_IN, PolicyBinding, RetryPolicy
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


def _processor(policy: str | None) -> Processor:
    return Processor("m.run", "*", lambda _event, _ctx: None, False, None, policy, None, None)


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
