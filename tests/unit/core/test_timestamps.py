"""Moments are RFC 3339 in UTC, to the microsecond."""

import pytest

from consumer.core.timestamps import rfc3339


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000000Z"),
        (0.5, "1970-01-01T00:00:00.500000Z"),
        (-0.5, "1969-12-31T23:59:59.500000Z"),
        (0.9999999, "1970-01-01T00:00:01.000000Z"),
        (1_700_000_000, "2023-11-14T22:13:20.000000Z"),
        (1_700_000_000.123456, "2023-11-14T22:13:20.123456Z"),
        (1_700_000_000.9999999, "2023-11-14T22:13:21.000000Z"),
    ],
)
def test_a_moment_is_written_to_the_microsecond(seconds: float, text: str) -> None:
    assert rfc3339(seconds) == text
