"""Which failures are there, how often, since when, and until when?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from consumer.desk.letters import Letter
from consumer.desk.timeline import Timeline

MOST_GROUPS = 5000
"""Groups that are kept apart; without a bound, messages that fold badly would fill the memory."""


@dataclass(slots=True)
class Group:
    """Letters that failed alike."""

    group: str
    """Its id."""
    why: str
    """Error code; the cause where a limit decided."""
    processor: str | None
    error_type: str
    shape: str
    """The message, folded."""
    example: str
    """dlq_id of the newest."""
    oldest: float
    """Seconds since the epoch."""
    newest: float
    """Seconds since the epoch."""
    count: int = 0
    states: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    """With the codes of the limits."""
    timeline: Timeline = field(default_factory=Timeline)

    def add(self, letter: Letter) -> None:
        """Count *letter*, which is of this group."""
        self.count += 1
        self.states[letter.state] += 1
        self.codes[letter.code] += 1
        self.timeline.add(letter.timestamp)
        self.oldest = min(self.oldest, letter.timestamp)
        if letter.timestamp >= self.newest:
            self.newest, self.example = letter.timestamp, letter.dlq_id


class Groups:
    """Letters by group."""

    def __init__(self, most: int = MOST_GROUPS) -> None:
        self._most = most
        self._groups: dict[str, Group] = {}
        self.beyond = 0
        """Letters of groups beyond the bound."""

    def add(self, letter: Letter) -> None:
        """Count *letter* in its group."""
        group = self._groups.get(letter.group)
        if group is None:
            if len(self._groups) >= self._most:
                self.beyond += 1
                return
            group = self._groups[letter.group] = Group(
                letter.group,
                letter.why,
                letter.processor,
                letter.error_type,
                letter.shape,
                letter.dlq_id,
                letter.timestamp,
                letter.timestamp,
            )
        group.add(letter)

    def largest_first(self) -> Sequence[Group]:
        """Return the groups, those with the most letters first, of equals the newest."""
        return sorted(self._groups.values(), key=lambda each: (-each.count, -each.newest))
