"""How does an author say which events a function is for?

The decorator only leaves a mark on the function: importing a module registers nothing anywhere,
``processors.loading`` reads the marks of the modules it is told to load.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from config.durations import parse_duration
from config.policies import POLICY_OF_CRITICALITY, Criticality
from processors.contract import Context, WorkflowEvent

Function = TypeVar("Function", bound=Callable[[WorkflowEvent[Any], Context], Any])
_LONGEST_PATTERN = 256
_LONGEST_DEPENDENCY = 256
_MARK = "__everonce_registrations__"
Fallback = Callable[[WorkflowEvent[Any], Context], Any] | Literal["cache"]


@dataclass(frozen=True, slots=True)
class Registration:
    """What one use of the decorator says."""

    pattern: str
    policy: str | None
    """Name of a retry policy; None leaves it to the settings."""
    timeout: float | None
    """Seconds that one attempt may take; None leaves it to the settings."""
    concurrency: int | None
    """Attempts at the same time in one process; None leaves it to the settings."""
    criticality: Criticality | None = None
    """Stands for a policy where none is named, here or in the settings."""
    dependencies: tuple[str, ...] = ()
    """What it calls, by name; processors that name the same share its breaker."""
    fallback: Fallback | None = None
    """What answers in its place while a breaker is open whose ``on_open`` is ``fallback``."""


def processor(
    pattern: str,
    *,
    policy: str | None = None,
    timeout: float | str | None = None,
    concurrency: int | None = None,
    criticality: Criticality | None = None,
    dependency: str | Sequence[str] = (),
    fallback: Fallback | None = None,
) -> Callable[[Function], Function]:
    """Register a function for the events whose type matches *pattern*.

    The function takes the event and the context, and returns the result or raises; async, or not:
    then it runs in a thread.  It stays what it is, so that its test is one call.

    Args:
        pattern: An event type, or a pattern as in a shell: ``invoice.*``.
        policy: Name of the retry policy.
        timeout: Time one attempt may take: seconds, or ``"30s"``.
        concurrency: Attempts that run at the same time in one process.
        criticality: Stands for a policy where none is named, here or in the settings: high
            (conservative), normal (standard), low (aggressive), realtime (fast).
        dependency: Name of what the function calls, or names: ``"payments"``.  Processors that
            name the same share its breaker, beside the one that each has of its own.
        fallback: Who answers while a breaker is open whose ``on_open`` is ``fallback``: a function
            like the processor, or ``"cache"``, its own last answer to the same content.

    Raises:
        ValueError: An argument cannot be meant.
        TypeError: What is decorated, or its fallback, is no function of an event and a context.
    """
    if criticality is not None and criticality not in POLICY_OF_CRITICALITY:
        raise ValueError(
            f"criticality={criticality!r} is not known: use one of "
            f"{', '.join(POLICY_OF_CRITICALITY)}",
        )
    registration = Registration(
        _event_pattern(pattern),
        policy,
        _seconds(timeout),
        _count(concurrency),
        criticality,
        _dependencies(dependency),
        _fallback(fallback),
    )

    def mark(function: Function) -> Function:
        check_shape(function)
        setattr(function, _MARK, (*registrations_of(function), registration))
        return function

    return mark


def registrations_of(function: object) -> tuple[Registration, ...]:
    """Return what the decorator said about *function*; empty where it was not used."""
    found: tuple[Registration, ...] = getattr(function, _MARK, ())
    return found


def _event_pattern(pattern: str) -> str:
    if not isinstance(pattern, str) or not 0 < len(pattern) <= _LONGEST_PATTERN:
        raise ValueError(
            f"@processor({pattern!r}): write an event type of 1 to {_LONGEST_PATTERN} characters, "
            'or a pattern of them, as in @processor("invoice.*")',
        )
    return pattern


def _seconds(timeout: float | str | None) -> float | None:
    if timeout is None:
        return None
    seconds = parse_duration(timeout)
    if not isinstance(seconds, int | float) or not 0 < seconds < float("inf"):
        raise ValueError(f'timeout={timeout!r}: give seconds above 0, or a text such as "30s"')
    return float(seconds)


def _count(concurrency: int | None) -> int | None:
    if concurrency is None:
        return None
    if not isinstance(concurrency, int) or isinstance(concurrency, bool) or concurrency < 1:
        raise ValueError(f"concurrency={concurrency!r}: give a whole number of at least 1")
    return concurrency


def _dependencies(given: str | Sequence[str]) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else tuple(given)
    for name in names:
        if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_DEPENDENCY:
            raise ValueError(
                f"dependency={given!r}: give a name of 1 to {_LONGEST_DEPENDENCY} characters, or a "
                'list of them, as in dependency="payments"',
            )
    return tuple(dict.fromkeys(names))


def _fallback(given: Fallback | None) -> Fallback | None:
    if isinstance(given, str):
        if given != "cache":
            raise ValueError(f'fallback={given!r}: give a function, or "cache"')
    elif given is not None:
        check_shape(given)
    return given


def check_shape(function: Callable[..., Any]) -> None:
    """Refuse what could not be called as a processor is.

    Raises:
        TypeError: The message says what to write.
    """
    if not inspect.isfunction(function):
        raise TypeError(f"@processor is for functions, and {function!r} is none")
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(f"{function.__qualname__} yields: a processor returns its one result")
    name = function.__qualname__
    is_async = inspect.iscoroutinefunction(function)
    if not is_async and inspect.iscoroutinefunction(inspect.unwrap(function)):
        raise TypeError(
            f"{name} is async inside a wrapper that is not, so it is unclear where to run it: "
            "make the wrapper async def, or put @processor directly over the function",
        )
    signature = inspect.signature(function)
    try:
        signature.bind(None, None)
    except TypeError:
        raise TypeError(
            f"{name}{signature} cannot be called with an event and a context: "
            "write (event: WorkflowEvent[...], ctx: Context)",
        ) from None
