"""How many acts may be asked for now, and when does a run stop by itself?

Pure: told what has become of the acts so far, it says what is next.  First the canary, alone;
then never more under way than what has been answered before, so that what goes wrong is met while
little of it has been sent; then, as trust grows, as many as the rate allows.
"""

from dataclasses import dataclass

FIRST_STRIDE = 10
"""Under way at the most while nothing else is known."""
MOST_GOING = 10_000
"""Under way at the most, however well it goes: what is parked waits in the workers' memory."""
LEAST_SETTLED = 5
"""Of fewer, a share says nothing."""
LEAST_REFUSED = 20
"""So many refusals, and more than what ran, are no accident: somebody else is at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How careful a run is."""

    canary: int = 0
    """Acts that have to settle before any other is asked for; 0 for none."""
    rate: float | None = None
    """Acts a second; None for as many as there are."""
    stop_at: float = 1.0
    """The run stops when more than this share of what has settled failed again; 0 to 1."""


@dataclass(slots=True)
class Course:
    """How far a run has come; its numbers only grow, ``refused`` excepted."""

    asked: int = 0
    """Acts on the control topic."""
    succeeded: int = 0
    """Completed, found to be duplicates, or otherwise done."""
    failed_again: int = 0
    """New letters."""
    refused: int = 0
    """Not carried out: the owner said why."""

    @property
    def settled(self) -> int:
        """Acts whose event has run to an end."""
        return self.succeeded + self.failed_again

    @property
    def answered(self) -> int:
        """Acts of which nothing more is to be heard."""
        return self.settled + self.refused

    @property
    def going(self) -> int:
        """Acts that wait for their turn, run or are parked."""
        return self.asked - self.answered


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask for so many more."""

    most: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask for nothing until something is heard, or *seconds* have passed."""

    seconds: float | None


@dataclass(frozen=True, slots=True)
class Stop:
    """Ask for nothing more at all."""

    why: str


Step = Ask | Wait | Stop


class Pace:
    """How many acts a rate allows; a pause saves up for a second's worth at the most."""

    def __init__(self, rate: float | None, now: float) -> None:
        """Begin at *now*, seconds of any clock that never goes back."""
        self._rate = rate
        self._saved = 1.0
        self._at = now

    def allows(self, now: float) -> int:
        """Return how many may be asked for at *now*."""
        if self._rate is None:
            return MOST_GOING
        most = max(1.0, self._rate)
        self._saved = min(most, self._saved + (now - self._at) * self._rate)
        self._at = max(now, self._at)
        return int(self._saved)

    def spend(self, acts: int) -> None:
        """Take note that so many were asked for."""
        self._saved -= acts if self._rate is not None else 0

    @property
    def seconds_to_next(self) -> float:
        """How long until the next one is allowed, as of the last question."""
        return 0.0 if self._rate is None else max(0.0, 1.0 - self._saved) / self._rate


def next_step(plan: Plan, course: Course, *, allowed: int, seconds_to_next: float) -> Step:
    """Decide what is next, as long as there is anything left to ask for.

    Args:
        plan: How careful the run is.
        course: How far it has come.
        allowed: Acts that its rate allows now.
        seconds_to_next: Until the rate allows one.
    """
    if (why := why_stopped(plan, course)) is not None:
        return Stop(why)
    if course.settled < plan.canary:
        room = plan.canary - course.settled - course.going
        return Ask(room) if room > 0 else Wait(None)
    room = min(max(FIRST_STRIDE, plan.canary, course.answered), MOST_GOING) - course.going
    if room <= 0:
        return Wait(None)
    if allowed <= 0:
        return Wait(seconds_to_next)
    return Ask(min(room, allowed))


def why_stopped(plan: Plan, course: Course) -> str | None:
    """Return why the run asks for nothing more; None while it goes on."""
    settled, failed = course.settled, course.failed_again
    is_canary = 0 < settled <= plan.canary
    if (is_canary or settled >= LEAST_SETTLED) and failed > plan.stop_at * settled:
        who = "of the canary " if is_canary else ""
        return f"{failed:,} of {settled:,} {who}failed again, which is more than {plan.stop_at:.0%}"
    if course.refused >= LEAST_REFUSED and course.refused > settled:
        return f"{course.refused:,} were refused, and {settled:,} ran"
    return None
