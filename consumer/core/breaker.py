"""May an attempt start now, or does what it depends on fail too often?

Pure: the clock is an argument.  One breaker per processor and per dependency::

              enough failures, and enough of the newest calls
    closed ------------------------------------------------> open
       ^                                                      |
       | as many successes as probes                open time is over, one asks
       |                                                      v
       +---------------------------------------------- half-open ---> open
                                                       a probe failed

Who was let through shows its permit when it ends, so that an attempt from before the last change
of state, however late it ends, decides nothing.

Invariants, held by ``tests/property/test_breaker.py``:

* half-open, no more probes run than the policy says, those given back excepted;
* a permanent failure changes nothing;
* whoever asks again when told to is let through sooner or later.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from config.breakers import BreakerPolicy
from consumer.core.failure import Failure
from consumer.core.recent_calls import RecentCalls

BreakerState = Literal["closed", "open", "half_open"]
_NO_PROBE = (0.0, -1)


class Permit:
    """That an attempt was let through; its end is told with it."""

    __slots__ = ("is_probe",)

    def __init__(self, *, is_probe: bool) -> None:
        self.is_probe = is_probe


@dataclass(frozen=True, slots=True)
class Hold:
    """The attempt may not start."""

    seconds: float
    """When to ask again at the latest; sooner once a probe has ended or the state has changed."""


@dataclass(frozen=True, slots=True)
class BreakerChange:
    """What a metric and a log line are told."""

    before: BreakerState
    after: BreakerState
    reason: str
    open_seconds: float | None = None
    """How long it holds back, where it opened."""


class Breaker:
    """Whether one processor, or one dependency, is called.

    Args:
        policy: The operator's limits; ``enabled`` and ``on_open`` are its owner's business.
        now: Any clock that does not go back, seconds; the same in all calls.
        probe_seconds: After this a probe that has not ended is given back: longer than any attempt
            may take.
    """

    __slots__ = (
        "_changes",
        "_closed_at",
        "_go",
        "_held_before",
        "_left_closed_at",
        "_open_seconds",
        "_opens_at",
        "_policy",
        "_probe_seconds",
        "_probes",
        "_recent",
        "_round",
        "_successes",
        "state",
    )

    def __init__(self, policy: BreakerPolicy, *, now: float, probe_seconds: float) -> None:
        self._policy = policy
        self._probe_seconds = probe_seconds
        self.state: BreakerState = "closed"
        self._go: Permit | None = Permit(is_probe=False)
        self._recent = RecentCalls(policy, now)
        # When each began, and in which half-open round: one of an earlier round still burdens what
        # it calls, but its end says how things were and not how they are.
        self._probes: dict[Permit, tuple[float, int]] = {}
        self._round = 0
        self._successes = 0
        self._opens_at = 0.0
        self._open_seconds = policy.open_time
        self._closed_at = -math.inf
        self._left_closed_at = 0.0
        self._held_before = 0.0
        self._changes: list[BreakerChange] = []

    def may_start(self, now: float) -> Permit | Hold:
        """Return a permit, to be told how the attempt ended; or how long to hold it."""
        if self._go is not None:
            return self._go
        if self.state == "open":
            if now < self._opens_at:
                return Hold(self._opens_at - now)
            self._change("half_open", f"it was open for {self._open_seconds:g} s")
            self._round += 1
            self._successes = 0
        return self._probe(now)

    def succeeded(self, permit: Permit, now: float) -> None:
        """Take note that an attempt has succeeded."""
        if permit is self._go:
            self._recent.succeeded(now)
        elif self._ended_probe(permit):
            self._successes += 1
            if self._successes >= self._policy.probes:
                self._close(now)

    @property
    def count_success(self) -> Callable[[float], None]:
        """What ``succeeded`` does with the permit of a closed breaker, until it is closed anew.

        For the hot path: two calls less.  Its time may lie before that of other calls.
        """
        return self._recent.succeeded

    def failed(self, permit: Permit, failure: Failure, now: float) -> None:
        """Take note that an attempt has failed, for whatever reason."""
        if not is_of_outage(failure):
            self.abandoned(permit)
        elif permit is self._go:
            if (reason := self._recent.failed(now)) is not None:
                self._open_from_closed(now, reason)
        elif self._ended_probe(permit):
            self._open(now, f"a probe failed with {failure.code}")

    def abandoned(self, permit: Permit) -> None:
        """Take note that an attempt has ended in a way that says nothing: cancelled, say."""
        self._probes.pop(permit, None)

    def take_changes(self) -> list[BreakerChange]:
        """Return what has changed since the last call, oldest first."""
        changes, self._changes = self._changes, []
        return changes

    @property
    def has_changed(self) -> bool:
        """Whether ``take_changes`` has something to say."""
        return bool(self._changes)

    def held_seconds(self, now: float) -> float:
        """Return for how long, in all, this breaker has not been closed.

        The difference of two readings is the time an event spent behind it.
        """
        since = 0.0 if self._go is not None else now - self._left_closed_at
        return self._held_before + since

    def _probe(self, now: float) -> Permit | Hold:
        probes, limit = self._probes, self._probe_seconds
        if len(probes) >= self._policy.probes:
            # Begun one after the other: where the oldest is not overdue, none is.
            oldest = next(iter(probes))
            left = probes[oldest][0] + limit - now
            if left > 0:
                return Hold(left)
            del probes[oldest]
        permit = Permit(is_probe=True)
        probes[permit] = (now, self._round)
        return permit

    def _ended_probe(self, permit: Permit) -> bool:
        """Give the probe back; return whether its end is of this round."""
        _, begun_in = self._probes.pop(permit, _NO_PROBE)
        return self.state == "half_open" and begun_in == self._round

    def _open_from_closed(self, now: float, reason: str) -> None:
        # Only what had closed counts as flapping: a failed probe is the same outage going on, and
        # looking for its end less and less often would only make it longer.
        policy = self._policy
        if now - self._closed_at < policy.window:
            self._open_seconds = min(self._open_seconds * 2, policy.max_open_time)
        else:
            self._open_seconds = policy.open_time
        self._go = None
        self._left_closed_at = now
        self._open(now, reason)

    def _open(self, now: float, reason: str) -> None:
        self._opens_at = now + self._open_seconds
        self._change("open", reason, self._open_seconds)

    def _close(self, now: float) -> None:
        self._held_before += now - self._left_closed_at
        self._closed_at = now
        self._probes.clear()
        self._recent = RecentCalls(self._policy, now)
        self._go = Permit(is_probe=False)
        self._change("closed", f"{self._successes} probes succeeded")

    def _change(
        self,
        state: BreakerState,
        reason: str,
        open_seconds: float | None = None,
    ) -> None:
        self._changes.append(BreakerChange(self.state, state, reason, open_seconds))
        self.state = state


def is_of_outage(failure: Failure) -> bool:
    """Return whether *failure* speaks against what was called, and not against the event.

    That another breaker was open is no news of this one: it was not called.
    """
    return failure.failure_class != "permanent" and failure.code != "CIRCUIT_BREAKER_OPEN"


def held_back(name: str, hold: Hold) -> Failure:
    """Return what there is to say of an attempt that breaker *name* did not let through."""
    return Failure(
        code="CIRCUIT_BREAKER_OPEN",
        message=(
            f"the breaker of {name} holds calls back, too many of them failed: the next is let "
            f"through in {hold.seconds:.1f} s"
        ),
        failure_class="transient",
        rule=f"breaker:{name}",
        retry_after=hold.seconds,
    )
