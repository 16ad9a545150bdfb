"""Which of the parked events were asked for, and who of them comes first?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from math import inf

from config.durations import parse_duration
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.waiting.shard import Waiting
from consumer.core.decode import is_rfc_3339


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What an event must be like to be shown; None and False ask nothing."""

    key: bytes | None = None
    """Of its record."""
    type_pattern: str | None = None
    """As in a shell: invoice.*"""
    code: str | None = None
    """Error code of its last attempt."""
    due_before: float | None = None
    """Seconds since the epoch; one that waits for others has no due time."""
    held: bool = False

    def wants(self, each: Waiting) -> bool:
        """Whether *each* was asked for."""
        return (
            self.key in (None, each.key)
            and self.code in (None, each.code)
            and (not self.held or each.state == "held")
            and (self.type_pattern is None or fnmatchcase(each.event_type or "", self.type_pattern))
            and (self.due_before is None or _due(each) < self.due_before)
        )


def in_order(lanes: Iterable[list[Waiting]]) -> Iterator[Waiting]:
    """Yield the events of *lanes*: the lane that is due first, then those behind, then the next."""
    for members in sorted(lanes, key=lambda members: (_due(members[0]), members[0].partition)):
        yield from members


def moment(text: str, now: float) -> float:
    """Return what --due-before says, in seconds since the epoch.

    Raises:
        CommandError: It is neither an RFC 3339 moment nor a span of time from *now*.
    """
    if is_rfc_3339(text):
        try:
            return datetime.fromisoformat(text).timestamp()
        except ValueError:
            pass
    try:
        return now + float(str(parse_duration(text)))
    except ValueError:
        raise CommandError(
            f"--due-before {text!r}: write a moment like 2026-01-31T23:59:59Z, or a span of time "
            "from now like 30s, 10m or 24h",
            ExitCode.USAGE,
        ) from None


def _due(each: Waiting) -> float:
    """Return when *each* is due; never where it waits for others or for somebody."""
    if each.state in ("behind", "held"):
        return inf
    return each.due_at if each.due_at is not None else 0.0
