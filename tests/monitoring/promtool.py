"""How is promtool asked?"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.monitoring.binaries import NoPrometheusError, bring

ROOT = Path(__file__).parents[2]
DEPLOYED = ROOT / "deploy" / "prometheus"
RULES = sorted((DEPLOYED / "rules").glob("*.yml"))


@dataclass(frozen=True)
class Promtool:
    """Prometheus's own judge of rules and queries."""

    path: Path

    def says(self, *words: str | Path) -> tuple[bool, str]:
        """Run it; return whether it is content, and everything that it said."""
        done = subprocess.run(
            [self.path, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode == 0, done.stdout + done.stderr


def promtool_of_this_machine() -> Promtool:
    """Return it; where there is none the test is skipped, in CI it fails."""
    try:
        return Promtool(bring())
    except NoPrometheusError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
