"""Does anything of this process still work?"""

from collections.abc import Sequence

DEAD_SECONDS = 300.0
"""The process ends when nothing of it has worked for so long."""


class NothingWorksError(Exception):
    """All sessions, or the client, are dead: the process ends and is started anew."""


class Vitality:
    """How long nothing has worked; one partition that cannot go on is not nothing."""

    def __init__(self) -> None:
        self._since: float | None = None

    def look(self, problems: Sequence[str], *, any_steady: bool, now: float) -> None:
        """Take note of how things are.

        Args:
            problems: What is wrong with the client.
            any_steady: Whether some session works, or there is none yet.
            now: Monotonic seconds.

        Raises:
            NothingWorksError: They have been so for too long.
        """
        if not problems and any_steady:
            self._since = None
        elif self._since is None:
            self._since = now
        elif now - self._since > DEAD_SECONDS:
            what = "; ".join(problems) or "every session is lost"
            raise NothingWorksError(
                f"nothing has worked for {DEAD_SECONDS:g} s ({what}): the process ends so that it "
                "is started anew; look at the session.lost lines above",
            )
