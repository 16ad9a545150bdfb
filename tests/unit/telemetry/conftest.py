"""A process whose logging is as it was before, whatever a test configured."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from consumer.telemetry.output import LIBRARIES
from tests.unit.telemetry.stderr import Written


@pytest.fixture
def written() -> Iterator[Written]:
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level
    libraries = {name: logging.getLogger(name).level for name in LIBRARIES}
    yield Written()
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, earlier in libraries.items():
        logging.getLogger(name).setLevel(earlier)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
