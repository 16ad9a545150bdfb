"""Ready is assigned and restored."""

from dataclasses import replace

import pytest

from consumer.core.status import Status
from consumer.telemetry.readiness import readiness_problems
from tests.unit.telemetry.examples import A_PARTITION, A_STATUS, a_status


def test_a_running_process_with_running_partitions_is_ready() -> None:
    assert readiness_problems(A_STATUS) == []


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (replace(A_STATUS, state="starting"), "the process is starting"),
        (replace(A_STATUS, state="draining"), "the process is draining"),
        (a_status(replace(A_PARTITION, state="starting")), "partition 3 is starting"),
        (a_status(replace(A_PARTITION, state="refused")), "partition 3 is refused"),
        (replace(A_STATUS, problems=["no assignment yet"]), "no assignment yet"),
    ],
    ids=["starting", "draining", "restoring", "refused", "not assigned"],
)
def test_what_is_in_the_way_is_said(status: Status, problem: str) -> None:
    assert readiness_problems(status) == [problem]
