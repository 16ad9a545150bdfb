"""What becomes of a request on its way to the broker, and of the answer on its way back?

The broker's part is a function that is called when the request arrives: at once, or when the test
lets it through, perhaps long after whoever sent it has given up waiting.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Literal

from consumer.ports import CommitBatch, SessionLostError

Kind = Literal["fence", "restore", "commit"]


class Fate(Enum):
    """What may happen to a request."""

    DONE = auto()
    """It arrives and is answered."""
    ANSWER_LOST = auto()
    """It arrives; the answer does not."""
    ANSWER_LATE = auto()
    """It arrives; the answer comes when the test delivers it."""
    NEVER_SENT = auto()
    """It does not arrive."""
    PRODUCE_FAILED = auto()
    """A commit: records are written, one batch fails, all is aborted."""
    LEFT_OPEN = auto()
    """A commit: records are written, then the line is dead."""


@dataclass(eq=False, slots=True)
class Request:
    """One request, and its answer."""

    kind: Kind
    owner: str
    partition: int
    act: Callable[[Fate], Any]
    """The broker's part; returns the answer or raises."""
    batch: CommitBatch | None = None
    answer: "asyncio.Future[Any]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    result: Any = None
    error: Exception | None = None

    def arrive(self, fate: Fate) -> None:
        """Let the broker act, unless the request never reaches it."""
        if fate is Fate.NEVER_SENT:
            self.error = SessionLostError("commit_failed", "the request was never sent")
            return
        try:
            self.result = self.act(fate)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            self.error = error
        if fate is Fate.ANSWER_LOST:
            self.error = SessionLostError("deadline", "no answer within the deadline")

    def deliver(self) -> None:
        """Let the answer arrive, where somebody still waits for it."""
        if self.answer.done():
            return
        if self.error is not None:
            self.answer.set_exception(self.error)
        else:
            self.answer.set_result(self.result)


class Requests:
    """All requests to one cluster."""

    def __init__(self) -> None:
        self.held: list[Request] = []
        """On their way, for as long as the test likes."""
        self.late: list[Request] = []
        """Arrived; their answers are on the way."""
        self.holds: set[Kind] = set()
        """Kinds that are held."""
        self.made: list[Request] = []
        self._fates: defaultdict[Kind, deque[Fate]] = defaultdict(deque)

    def next(self, kind: Kind, *fates: Fate) -> None:
        """Say what becomes of the next requests of a kind."""
        self._fates[kind] += fates

    async def answer(self, request: Request) -> Any:
        """Send *request* and wait for its answer."""
        self.made.append(request)
        if request.kind in self.holds:
            self.held.append(request)
        else:
            fates = self._fates[request.kind]
            self.let_through(request, fates.popleft() if fates else Fate.DONE)
        return await request.answer

    def let_through(self, request: Request, fate: Fate = Fate.DONE) -> None:
        """Decide the fate of a request."""
        if request in self.held:
            self.held.remove(request)
        request.arrive(fate)
        if fate is Fate.ANSWER_LATE:
            self.late.append(request)
        else:
            request.deliver()

    def deliver(self, request: Request) -> None:
        """Let a late answer arrive."""
        self.late.remove(request)
        request.deliver()

    def release(self, *kinds: Kind) -> None:
        """Hold these kinds no longer, and let through what is held of them."""
        self.holds -= set(kinds)
        for request in [each for each in self.held if each.kind in kinds]:
            self.let_through(request)
