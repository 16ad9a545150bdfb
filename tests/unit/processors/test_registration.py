"""Does the decorator say what the author meant, or refuse it?"""

import functools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from processors import Context, WorkflowEvent, processor
from processors.registration import registrations_of


async def _asynchronous(event: WorkflowEvent[Any], ctx: Context) -> str:
    return f"{event.event_type} {ctx.attempt}"


def test_a_processor_stays_the_function_it_is() -> None:
    assert processor("a")(_asynchronous) is _asynchronous


def test_what_is_said_is_marked_on_the_function() -> None:
    @processor("a.*", policy="fast", timeout="1m30s", concurrency=4)
    def run(event: WorkflowEvent[Any], ctx: Context) -> None: ...

    [said] = registrations_of(run)
    assert said.pattern == "a.*"
    assert said.policy == "fast"
    assert said.timeout == 90.0
    assert said.concurrency == 4


def test_what_a_function_calls_and_who_stands_in_for_it_is_said_too() -> None:
    @processor("a", dependency=["crm", "payments", "crm"], fallback=_asynchronous)
    @processor("b", dependency="payments", fallback="cache")
    @processor("c")
    def run(event: WorkflowEvent[Any], ctx: Context) -> None: ...

    said = {each.pattern: (each.dependencies, each.fallback) for each in registrations_of(run)}
    assert said == {
        "a": (("crm", "payments"), _asynchronous),
        "b": (("payments",), "cache"),
        "c": ((), None),
    }


@pytest.mark.parametrize("dependency", ["", ["payments", ""], ["x" * 257], [7]])
def test_a_dependency_without_a_usable_name_is_refused(dependency: Any) -> None:
    with pytest.raises(ValueError, match="give a name of 1 to 256 characters"):
        processor("a", dependency=dependency)


def test_a_fallback_has_to_be_called_like_its_processor() -> None:
    def other(event: WorkflowEvent[Any]) -> None: ...

    with pytest.raises(ValueError, match="give a function, or"):
        processor("a", fallback="memory")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="cannot be called with an event and a context"):
        processor("a", fallback=other)  # type: ignore[arg-type]


def test_nothing_said_leaves_everything_to_the_settings() -> None:
    @processor("a")
    def run(event: WorkflowEvent[Any], ctx: Context) -> None: ...

    [said] = registrations_of(run)
    assert (said.policy, said.timeout, said.concurrency) == (None, None, None)


def test_one_function_may_be_for_several_patterns() -> None:
    @processor("a")
    @processor("b")
    def run(event: WorkflowEvent[Any], ctx: Context) -> None: ...

    assert [said.pattern for said in registrations_of(run)] == ["b", "a"]


@pytest.mark.parametrize("criticality", ["high", "normal", "low", "realtime"])
def test_criticality_and_policy_are_kept_apart(criticality: Any) -> None:
    @processor("a", criticality=criticality)
    @processor("b", criticality=criticality, policy="no_retry")
    def run(event: WorkflowEvent[Any], ctx: Context) -> None: ...

    policies = {said.policy for said in registrations_of(run)}
    assert policies == {None, "no_retry"}
    assert {said.criticality for said in registrations_of(run)} == {criticality}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pattern": ""}, "write an event type of 1 to 256 characters"),
        ({"pattern": "x" * 257}, "write an event type of 1 to 256 characters"),
        ({"pattern": _asynchronous}, "write an event type"),
        ({"criticality": "extreme"}, "use one of high, normal, low, realtime"),
        ({"timeout": 0}, "give seconds above 0"),
        ({"timeout": -1.0}, "give seconds above 0"),
        ({"timeout": float("nan")}, "give seconds above 0"),
        ({"timeout": float("inf")}, "give seconds above 0"),
        ({"timeout": [1]}, "give seconds above 0"),
        ({"timeout": "soon"}, "is not a duration"),
        ({"timeout": True}, "is not a duration"),
        ({"concurrency": 0}, "give a whole number of at least 1"),
        ({"concurrency": 1.5}, "give a whole number of at least 1"),
        ({"concurrency": True}, "give a whole number of at least 1"),
    ],
)
def test_an_argument_that_cannot_be_meant_is_refused_at_once(
    arguments: dict[str, Any],
    message: str,
) -> None:
    with pytest.raises(ValueError, match=message):
        processor(**{"pattern": "a", **arguments})


def _generator(event: WorkflowEvent[Any], ctx: Context) -> Iterator[int]:
    yield 1


async def _async_generator(event: WorkflowEvent[Any], ctx: Context) -> AsyncIterator[int]:
    yield 1


async def _event_alone(event: WorkflowEvent[Any]) -> None: ...


async def _too_much(event: WorkflowEvent[Any], ctx: Context, more: int) -> None: ...


@functools.wraps(_asynchronous)
def _wrapper(*arguments: Any) -> Any:
    return _asynchronous(*arguments)


class _Class: ...


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (_Class, "is for functions"),
        (functools.partial(_asynchronous), "is for functions"),
        (_generator, "_generator yields: a processor returns its one result"),
        (_async_generator, "_async_generator yields"),
        (_event_alone, "cannot be called with an event and a context"),
        (_too_much, "cannot be called with an event and a context"),
        (_wrapper, "make the wrapper async def"),
    ],
)
def test_what_cannot_be_called_as_a_processor_is_refused(function: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        processor("a")(function)

    assert registrations_of(function) == ()
