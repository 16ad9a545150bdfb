"""How is a span of time told to people: when is it due, how long has it waited?"""

from datetime import UTC, datetime

from consumer.commands.waiting.shard import Waiting

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def span(seconds: float) -> str:
    """Return *seconds* in the two largest units that it has: 0.4 s, 12 s, 3 min 20 s, 2 d 4 h."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for unit, name, part, part_name in (
        (_DAY, "d", _HOUR, "h"),
        (_HOUR, "h", _MINUTE, "min"),
        (_MINUTE, "min", 1, "s"),
    ):
        if whole >= unit:
            rest = whole % unit // part
            return f"{whole // unit} {name}" + (f" {rest} {part_name}" if rest else "")
    return f"{whole} s"


def at(seconds: float, now: float) -> str:
    """Return a moment, seconds since the epoch, in UTC: the time of today, of other days a date."""
    try:
        moment, today = (datetime.fromtimestamp(each, UTC) for each in (seconds, now))
    except (OverflowError, ValueError, OSError):
        return f"{seconds:.0f} s after 1970"
    return f"{moment:%H:%M:%SZ}" if moment.date() == today.date() else f"{moment:%Y-%m-%d %H:%MZ}"


def due(each: Waiting, now: float) -> str:
    """Return when the next attempt of *each* is, seen from *now* (seconds since the epoch)."""
    if each.state in ("behind", "held", "running"):
        return each.state
    if each.due_at is None:
        return "at once"
    ahead = each.due_at - now
    return f"in {span(ahead)}" if ahead > 0 else f"{span(-ahead)} late"
