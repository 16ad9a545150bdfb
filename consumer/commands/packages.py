"""Are the packages that run here our own?

``config``, ``processors`` and ``consumer`` are names that others use too.  Imports nothing of
them, because what they import may already fail.
"""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

NAMES = ("config", "processors", "consumer")
ROOT = Path(__file__).resolve().parents[2]


def shadowed(root: Path = ROOT) -> Sequence[str]:
    """Return a sentence for each package that Python finds elsewhere than below *root*."""
    return [sentence for name in NAMES if (sentence := _shadowed(name, root / name)) is not None]


def _shadowed(name: str, ours: Path) -> str | None:
    found = importlib.util.find_spec(name)
    places = (
        [] if found is None else [Path(each) for each in found.submodule_search_locations or ()]
    )
    if any(place.resolve() == ours for place in places):
        return None
    theirs = str(places[0]) if places else found.origin if found is not None else "nowhere"
    return (
        f"Python finds {name} at {theirs}, but Everonce's own is at {ours}: rename the other one, "
        "start elsewhere, or mend PYTHONPATH"
    )
