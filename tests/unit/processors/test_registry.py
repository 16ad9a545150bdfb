"""Does every event type get the processor that is meant?"""

import functools
from itertools import permutations
from typing import Any

import pytest

from processors import Context, WorkflowEvent, processor
from processors.registration import Registration, registrations_of
from processors.registry import Processor, Registry, conflicts, processor_of


async def _run(event: WorkflowEvent[Any], ctx: Context) -> None: ...


def _processor(pattern: str, name: str = "m.run") -> Processor:
    return Processor(name, pattern, _run, True, None, None, None, None)


def _patterns(*patterns: str) -> list[Processor]:
    return [_processor(pattern) for pattern in patterns]


def _matched(registry: Registry, event_type: str) -> str | None:
    found = registry.match(event_type)
    return found.pattern if found is not None else None


@pytest.mark.parametrize(
    ("event_type", "pattern"),
    [
        ("order.created", "order.created"),
        ("order.created.late", "order.created.*"),
        ("order.paid", "order.*"),
        ("invoice.paid", "*"),
        ("", "*"),
        ("Order.created", "*"),
        ("order.created\n", "order.*"),
    ],
)
def test_the_exact_name_wins_then_the_most_specific_pattern_in_any_order(
    event_type: str,
    pattern: str,
) -> None:
    processors = _patterns("*", "order.*", "order.created", "order.created.*")

    for order in permutations(processors):
        registry = Registry(order)
        assert _matched(registry, event_type) == pattern
        assert _matched(registry, event_type) == pattern


def test_a_type_that_nobody_wants_has_no_processor() -> None:
    registry = Registry(_patterns("order.*", "order.created"))

    assert registry.match("invoice.created") is None
    assert registry.match("xorder.created") is None
    assert registry.match("order") is None


def test_types_from_outside_cannot_fill_the_memory() -> None:
    registry = Registry(_patterns("order.*"))

    for number in range(10_000):
        assert registry.match(f"unknown.{number}") is None
    assert registry.match("order." + "x" * 10_000) is not None
    assert registry.match("other." + "x" * 10_000) is None

    assert registry.remembered_types == 4096


def test_a_registry_lists_what_it_was_given() -> None:
    processors = _patterns("a", "b.*")

    assert list(Registry(processors)) == processors
    assert len(Registry(processors)) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [("a", "a"), ("a.*", "a.*"), ("order.*", "*.order"), ("a?", "?a")],
)
def test_patterns_of_which_neither_is_more_specific_are_a_conflict_naming_both(
    first: str,
    second: str,
) -> None:
    [message] = conflicts([_processor(first, "m.one"), _processor(second, "m.two")])

    assert f"m.one ({first!r}) and m.two ({second!r}) want the same events" in message


@pytest.mark.parametrize(
    ("first", "second"),
    [("a.*", "b.*"), ("a", "b"), ("a.x", "a.*"), ("a.*", "*"), ("a?", "a*")],
)
def test_patterns_that_can_be_told_apart_are_no_conflict(first: str, second: str) -> None:
    assert list(conflicts(_patterns(first, second))) == []


def test_a_processor_knows_its_function_its_model_and_what_the_decorator_said() -> None:
    @processor("a.*", policy="fast", timeout=3, concurrency=2)
    def run(event: WorkflowEvent[dict[str, int]], ctx: Context) -> None: ...

    made = processor_of(run, registrations_of(run)[0])

    assert made.name.endswith(
        "test_a_processor_knows_its_function_its_model_and_what_the_decorator_said.<locals>.run",
    )
    assert made.function is run
    assert not made.is_async
    assert made.payload is not None
    assert made.payload.validate_python({"a": "1"}) == {"a": 1}
    assert (made.pattern, made.policy, made.timeout, made.concurrency) == ("a.*", "fast", 3.0, 2)


def test_a_fallback_is_a_processor_of_its_own_name_and_function() -> None:
    def later(event: WorkflowEvent[dict[str, int]], ctx: Context) -> str:
        return "later"

    @processor("a.*", dependency="payments", fallback=later, concurrency=2)
    async def run(event: WorkflowEvent[Any], ctx: Context) -> None: ...

    made = processor_of(run, registrations_of(run)[0])

    assert made.dependencies == ("payments",)
    assert isinstance(made.fallback, Processor)
    assert made.fallback.function is later
    assert not made.fallback.is_async
    assert made.fallback.payload is not None
    assert made.fallback.name.endswith("<locals>.later")
    assert made.fallback.fallback is None


def test_an_async_function_is_known_as_one() -> None:
    made = processor_of(_run, Registration("a", None, None, None))

    assert made.is_async
    assert made.payload is None


def test_a_sync_wrapper_laid_over_a_registered_async_function_is_refused() -> None:
    marked = processor("a")(_run)

    @functools.wraps(marked)
    def wrapper(*arguments: Any) -> Any:
        return marked(*arguments)

    with pytest.raises(TypeError, match="make the wrapper async def"):
        processor_of(wrapper, registrations_of(wrapper)[0])
