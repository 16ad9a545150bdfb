"""Is a breaker for a processor, or a dependency, that there is not reported?"""

from dataclasses import replace

import pytest

from config.breakers import BreakerPolicy, BreakerSettings
from config.problems import SettingsError
from processors.breakers import breakers_of_nobody
from processors.loading import load_processors
from processors.registry import Processor

CHARGE = Processor("billing.charge", "*", lambda _event, _ctx: None, False, None, None, None, None)


def test_a_breaker_of_a_processor_that_there_is_is_fine() -> None:
    breakers = BreakerSettings(
        processors={"billing.charge": BreakerPolicy()},
        dependencies={"payments": BreakerPolicy()},
    )
    calling = replace(CHARGE, dependencies=("crm", "payments"))

    assert list(breakers_of_nobody([calling], breakers)) == []


def test_a_breaker_of_a_dependency_that_nobody_calls_is_a_problem() -> None:
    breakers = BreakerSettings(dependencies={"payment": BreakerPolicy()})
    calling = replace(CHARGE, dependencies=("payments",))

    [problem] = breakers_of_nobody([calling], breakers)
    assert str(problem) == (
        "breakers.dependencies: no processor says that it calls 'payment': did you mean payments? "
        "write @processor(..., dependency='payment') over those that do, or remove it"
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [("billing.chrage", "did you mean billing.charge? "), ("zzz", "")],
)
def test_a_breaker_of_a_processor_that_there_is_not_is_a_problem(name: str, hint: str) -> None:
    breakers = BreakerSettings(processors={name: BreakerPolicy()})

    [problem] = breakers_of_nobody([CHARGE], breakers)
    assert str(problem) == (
        f"breakers.processors: there is no processor {name!r}: {hint}write module and function, as "
        "metrics and letters name it, or remove it"
    )


def test_it_is_reported_when_processors_are_loaded() -> None:
    breakers = BreakerSettings(processors={"nobody": BreakerPolicy()})

    with pytest.raises(SettingsError, match="there is no processor 'nobody'"):
        load_processors(["processors.examples.invoices"], None, breakers)
