"""Which processor gets an event of a given type?"""

import fnmatch
import functools
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, Literal

from config.policies import Criticality
from processors.patterns import is_exact, overlap, specificity
from processors.payloads import PayloadValidator, payload_validator
from processors.registration import Registration, check_shape

# Types come from producers: what is remembered of them must be bounded in number and in size.
_REMEMBERED_TYPES = 4096
_REMEMBERED_LENGTH = 256


@dataclass(frozen=True, slots=True)
class Processor:
    """A function, and the events it is for."""

    name: str
    """Module and function, in results, letters and metrics; the same for each of its patterns."""
    pattern: str
    function: Callable[[Any, Any], Any]
    """Takes event and context; returns the result, or an awaitable of it where ``is_async``."""
    is_async: bool
    payload: PayloadValidator | None = field(repr=False)
    """Checks payloads; None where they are passed on as they are."""
    policy: str | None
    """Name of the retry policy it asks for."""
    timeout: float | None
    """Seconds that one attempt may take, where no policy says otherwise."""
    concurrency: int | None
    """Attempts of this name at the same time in one process."""
    criticality: Criticality | None = None
    """Stands for a policy where none is named."""
    dependencies: tuple[str, ...] = ()
    """What it calls, by name."""
    fallback: "Processor | Literal['cache'] | None" = None
    """What answers in its place while a breaker is open whose ``on_open`` is ``fallback``."""


def processor_of(function: Callable[[Any, Any], Any], registration: Registration) -> Processor:
    """Return the processor that *registration* makes of *function*.

    Raises:
        PayloadError: The annotation of its event cannot be used.
        TypeError: Something was laid over the function that changed its shape.
    """
    check_shape(function)
    own = Processor(
        name=f"{function.__module__}.{function.__qualname__}",
        pattern=registration.pattern,
        function=function,
        is_async=inspect.iscoroutinefunction(function),
        payload=payload_validator(function),
        policy=registration.policy,
        timeout=registration.timeout,
        concurrency=registration.concurrency,
        criticality=registration.criticality,
        dependencies=registration.dependencies,
    )
    fallback = registration.fallback
    if callable(fallback):
        return replace(own, fallback=_in_place_of(own, fallback))
    return replace(own, fallback=fallback)


def _in_place_of(own: Processor, function: Callable[[Any, Any], Any]) -> Processor:
    return replace(
        own,
        name=f"{function.__module__}.{function.__qualname__}",
        function=function,
        is_async=inspect.iscoroutinefunction(function),
        payload=payload_validator(function),
    )


class Registry:
    """All processors of a deployment; read-only.

    Exact names win over patterns, and the most specific pattern over the others.

    Args:
        processors: Without conflicts, see ``conflicts``.
    """

    def __init__(self, processors: Iterable[Processor]) -> None:
        self.processors = tuple(processors)
        self._exact = {p.pattern: p for p in self.processors if is_exact(p.pattern)}
        patterns = [p for p in self.processors if not is_exact(p.pattern)]
        patterns.sort(key=lambda p: specificity(p.pattern), reverse=True)
        self._patterns = [(re.compile(fnmatch.translate(p.pattern)).match, p) for p in patterns]
        self._remember = functools.lru_cache(_REMEMBERED_TYPES)(self._search)

    def match(self, event_type: str) -> Processor | None:
        """Return the processor of *event_type*; None where there is none."""
        if (processor := self._exact.get(event_type)) is not None:
            return processor
        if len(event_type) > _REMEMBERED_LENGTH:
            return self._search(event_type)
        return self._remember(event_type)

    def __len__(self) -> int:
        return len(self.processors)

    def __iter__(self) -> Iterator[Processor]:
        return iter(self.processors)

    @property
    def remembered_types(self) -> int:
        """How many event types are remembered; never more than 4,096."""
        return self._remember.cache_info().currsize

    def _search(self, event_type: str) -> Processor | None:
        return next((p for matches, p in self._patterns if matches(event_type)), None)


def conflicts(processors: Iterable[Processor]) -> Iterator[str]:
    """Yield a message for every two processors of which neither is more specific."""
    for first, second in combinations(processors, 2):
        if _is_tie(first.pattern, second.pattern):
            names = f"{first.name} ({first.pattern!r}) and {second.name} ({second.pattern!r})"
            yield (
                f"{names} want the same events, and neither pattern is more specific: "
                "change or remove one"
            )


def _is_tie(first: str, second: str) -> bool:
    if is_exact(first) or is_exact(second):
        return first == second
    return specificity(first) == specificity(second) and overlap(first, second)
