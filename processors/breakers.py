"""Is every breaker that the settings give for a processor one that a processor has?"""

import difflib
from collections.abc import Iterable, Iterator

from config.breakers import BreakerSettings
from config.problems import Problem
from processors.registry import Processor


def breakers_of_nobody(
    processors: Iterable[Processor],
    breakers: BreakerSettings,
) -> Iterator[Problem]:
    """Yield a problem for every breaker whose processor there is not.

    Dependencies are not checked: their names are known only once a processor calls one.
    """
    known = {processor.name for processor in processors}
    for name in breakers.processors:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            yield Problem(
                "breakers.processors",
                f"there is no processor {name!r}: {hint}write module and function, as metrics and "
                "letters name it, or remove it",
            )
