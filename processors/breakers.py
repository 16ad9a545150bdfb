"""Is every breaker that the settings give one that a processor has?"""

import difflib
from collections.abc import Iterable, Iterator

from config.breakers import BreakerSettings
from config.problems import Problem
from processors.registry import Processor


def breakers_of_nobody(
    processors: Iterable[Processor],
    breakers: BreakerSettings,
) -> Iterator[Problem]:
    """Yield a problem for every breaker whose processor, or dependency, there is not."""
    processors = tuple(processors)
    known = {processor.name for processor in processors}
    for name in breakers.processors:
        if name not in known:
            yield Problem(
                "breakers.processors",
                f"there is no processor {name!r}: {_hint(name, known)}write module and function, "
                "as metrics and letters name it, or remove it",
            )
    called = {name for processor in processors for name in processor.dependencies}
    for name in breakers.dependencies:
        if name not in called:
            yield Problem(
                "breakers.dependencies",
                f"no processor says that it calls {name!r}: {_hint(name, called)}write "
                f"@processor(..., dependency={name!r}) over those that do, or remove it",
            )


def _hint(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}? " if near else ""
