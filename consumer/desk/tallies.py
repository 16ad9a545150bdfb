"""How many letters are there, by all that tells them apart?"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from consumer.desk.letters import Letter
from consumer.desk.timeline import Timeline

MOST_VALUES = 1000
"""Values of one kind that are counted apart; codes and types are what others have written."""
OTHERS = "(others)"


@dataclass(slots=True)
class Tallies:
    """Counts of letters."""

    count: int = 0
    size: int = 0
    """Bytes of their values."""
    oldest: float = inf
    """Seconds since the epoch."""
    newest: float = -inf
    """Seconds since the epoch."""
    oldest_open: float = inf
    """Of those that wait for somebody; seconds since the epoch."""
    by: Mapping[str, Counter[str]] = field(
        default_factory=lambda: {
            "state": Counter(),
            "code": Counter(),
            "disposition": Counter(),
            "processor": Counter(),
            "event_type": Counter(),
            "partition": Counter(),
            "dialect": Counter(),
        }
    )
    """Kind -> value -> how many."""
    timeline: Timeline = field(default_factory=Timeline)

    def add(self, letter: Letter) -> None:
        """Count *letter*."""
        self.count += 1
        self.size += letter.size
        self.oldest = min(self.oldest, letter.timestamp)
        self.newest = max(self.newest, letter.timestamp)
        if letter.state == "open":
            self.oldest_open = min(self.oldest_open, letter.timestamp)
        self.timeline.add(letter.timestamp)
        for kind, value in (
            ("state", letter.state),
            ("code", letter.why),
            ("disposition", letter.disposition),
            ("processor", letter.processor or "(none)"),
            ("event_type", letter.event_type or "(no event)"),
            ("partition", str(letter.partition)),
            ("dialect", letter.dialect),
        ):
            counts = self.by[kind]
            known = value in counts or len(counts) < MOST_VALUES
            counts[value if known else OTHERS] += 1
