"""Bring Prometheus for the tests: ``python -m tests.monitoring``; in CI it must succeed."""

import os
import sys

from tests.monitoring.binaries import NoPrometheusError, bring


def main() -> int:
    """Return the exit code: 0 where it is there, or can be done without."""
    try:
        bring()
    except NoPrometheusError as error:
        print(f"Alerts and dashboard cannot be tested here: {error}", file=sys.stderr)  # noqa: T201
        return int(bool(os.environ.get("CI")))
    return 0


sys.exit(main())
