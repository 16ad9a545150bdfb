"""How does an event ask to fail, so that retries and dead letters can be seen?

A member ``simulate`` of the payload says it.  What happens depends on the event and the number of
the attempt alone, so it can be foretold.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from processors import PermanentError, RetryAfter, TransientError


class Simulation(BaseModel):
    """What is to go wrong; by default nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    transient: Annotated[int, Field(ge=0)] = 0
    """So many attempts fail, the next one succeeds."""
    retry_after: Annotated[float, Field(ge=0, le=3600)] | None = None
    """Seconds that those failures ask to be left alone."""
    permanent: bool = False
    """Every attempt fails for good."""
    slow: Annotated[float, Field(ge=0, le=3600)] = 0.0
    """Seconds that every attempt takes longer."""

    def fail(self, attempt: int) -> None:
        """Raise what *attempt*, the first being 1, is to fail with; return where it is not.

        Raises:
            PermanentError: ``permanent`` is set.
            RetryAfter: ``transient`` covers this attempt, and ``retry_after`` is set.
            TransientError: ``transient`` covers this attempt.
        """
        if self.permanent:
            raise PermanentError("the event asked to fail for good")
        if attempt > self.transient:
            return
        message = f"the event asked for {self.transient} failures; this is number {attempt}"
        if self.retry_after is not None:
            raise RetryAfter(self.retry_after, message)
        raise TransientError(message, code="NETWORK_ERROR")


NOTHING = Simulation()


class Simulated(BaseModel):
    """A payload that may ask to fail."""

    model_config = ConfigDict(frozen=True)

    simulate: Simulation = NOTHING
