"""What does a check find?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or that could not be seen."""

    subject: str
    """A setting, a topic, a package; empty where the message says it all."""
    severity: Severity
    message: str
    remedy: str = ""
    """What mends it, where the message does not say so itself."""


@dataclass(frozen=True, slots=True)
class Check:
    """One part of a deployment that was looked at, or could not be."""

    name: str
    findings: Sequence[Finding] = ()
    said: str = ""
    """What is well, in a few words; or why it was not looked at."""
    looked_at: bool = True

    @property
    def is_ok(self) -> bool:
        """Whether nothing must be mended here."""
        return not any(each.severity == "error" for each in self.findings)
