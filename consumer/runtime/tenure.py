"""What happens to one partition while the group leaves it with us?

Sessions follow each other: whatever a session is lost by, the answer is the same, a new one.  A
partition that cannot go on backs off for ever, and says so; the others do not notice.
"""

import asyncio
import contextlib

from consumer.core.refusals import Refusals
from consumer.core.session_facts import PartitionRefused, SessionLost
from consumer.core.status import PartitionStatus
from consumer.ports import RefusedError, SessionLostError
from consumer.runtime.environment import Environment
from consumer.runtime.kept_ledgers import KeptLedgers
from consumer.runtime.reading import Reading
from consumer.runtime.session import Session
from consumer.runtime.set_up import PartitionRefusedError

FIRST_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS = 0.5, 30.0
HALVINGS = 14
"""Refusals in a row that find the guilty one of a full transaction, and a few more."""
STEADY_SECONDS = 60.0
"""A session that lived so long starts the back-off anew."""
REFUSED_SECONDS = 15.0
"""How often a refused partition looks whether it was accepted."""


class Tenure:
    """One partition, from its assignment to its revocation."""

    def __init__(
        self,
        env: Environment,
        partition: int,
        *,
        reads_control: bool,
        refusals: Refusals,
        ledgers: KeptLedgers,
    ) -> None:
        self.partition = partition
        self.session: Session | None = None
        self.refused: PartitionRefused | None = None
        self.failures = 0
        """Sessions lost in a row."""
        self._env = env
        self._reads_control = reads_control
        self._refusals = refusals
        self._ledgers = ledgers
        self._over = asyncio.Event()

    async def run(self, after: "asyncio.Task[None] | None") -> None:
        """Hold sessions until ``end``; *after* is an earlier tenure of the same partition."""
        if after is not None:
            await asyncio.wait([after])
        while not self._over.is_set():
            await self._over_after(await self._hold_session())

    async def end(self, timeout_seconds: float) -> None:
        """Drain the session, within the timeout, and hold no other."""
        self._over.set()
        if self.session is not None:
            await self.session.drain(timeout_seconds)

    async def _over_after(self, seconds: float) -> None:
        """Wait so long, or until the tenure is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()

    def has_begun(self) -> bool:
        """Whether a session reads: only then there is something to drain."""
        return self.session is not None and self.session.state is not None

    def reading(self) -> Reading | None:
        """Return what takes the partition's records now, if anything does."""
        return self.session.reading if self.session is not None else None

    def status(self) -> PartitionStatus:
        """Return what gauges and health show of this partition."""
        session = self.session
        if session is not None:
            place = self._env.input(self.partition)
            return session.status(self._env.source.high_watermark(place))
        state = "refused" if self.refused is not None else "lost" if self.failures else "starting"
        return PartitionStatus(self.partition, state, 0, 0, None, 0, 0, 0.0)  # type: ignore[arg-type]

    async def _hold_session(self) -> float:
        """Hold one session to its end; return the seconds to wait before another."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            await self._run_session()
        except PartitionRefusedError as error:
            return await self._consider_refusal(error)
        except SessionLostError as error:
            if loop.time() - began > STEADY_SECONDS:
                self.failures = 0
            return await self._recover(error)
        self.failures = 0
        return 0.0

    async def _run_session(self) -> None:
        session = self.session = Session(
            self._env,
            self.partition,
            reads_control=self._reads_control,
            refusals=self._refusals,
            kept=self._ledgers.take(self.partition),
        )
        self._env.sessions += 1
        try:
            await session.run()
        finally:
            self._env.sessions -= 1
            self._ledgers.keep(self.partition, session.ledger, session.reflects)
            self.session = None

    def refusal(self) -> PartitionRefused | None:
        """Return what the partition is refused for, unless a session reads by now."""
        return None if self.has_begun() else self.refused

    def steady(self) -> bool:
        """Whether the partition is served, or on its way to be for the first time."""
        session = self.session
        return self.failures == 0 or (session is not None and session.state is not None)

    async def _recover(self, error: SessionLostError) -> float:
        self.refused = None
        self.failures += 1
        # Halving the suspects must not take minutes; what is refused even then backs off.
        free = HALVINGS if isinstance(error, RefusedError) else 1
        doublings = min(max(0, self.failures - free), 10)
        ceiling = min(MAX_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2**doublings)
        delay: float = ceiling * (0.5 + 0.5 * self._env.clocks.draw())
        self._env.observer.observe(
            SessionLost(
                self._env.settings.topics.input,
                self.partition,
                error.reason,
                str(error),
                delay,
            ),
        )
        if not isinstance(error, RefusedError):
            # A refusal proves that the broker still took us for the owner; all else may be the
            # first thing that a woken zombie notices.
            await self._wait_for_membership()
        return delay

    async def _consider_refusal(self, error: PartitionRefusedError) -> float:
        """Say what was refused, unless it only seems so because the partition is another's now."""
        timeout = self._env.settings.kafka.session_timeout
        source = self._env.source
        if await source.confirm_membership(self.partition, timeout_seconds=timeout):
            self._say_refused(error)
            await self._over_after(REFUSED_SECONDS)
        await self._wait_for_membership()
        return 0.0

    async def _wait_for_membership(self) -> None:
        """Go on only as a living member: a woken zombie must not fence the living owner."""
        session_timeout = self._env.settings.kafka.session_timeout
        while not self._over.is_set():
            if await self._env.source.confirm_membership(
                self.partition,
                timeout_seconds=session_timeout,
            ):
                return
            await asyncio.sleep(FIRST_BACKOFF_SECONDS)

    def _say_refused(self, error: PartitionRefusedError) -> None:
        refused = error.refused
        fact = PartitionRefused(
            self._env.settings.topics.input,
            self.partition,
            refused.rule,
            refused.message,
            refused.command,
        )
        if self.refused != fact:
            self._env.observer.observe(fact)
        self.refused = fact
