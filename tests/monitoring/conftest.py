"""What do these tests get?"""

import pytest

from tests.monitoring.promtool import Promtool, promtool_of_this_machine


@pytest.fixture(scope="session")
def promtool() -> Promtool:
    """The real promtool; where there is none a test is skipped, in CI it fails."""
    return promtool_of_this_machine()
