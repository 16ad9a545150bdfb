"""What ``everonce check`` found, for people and for programs."""

import json
from collections.abc import Callable

import pytest

from config.reference import effective
from config.settings import KafkaSettings, Settings
from consumer.commands.exits import ExitCode
from consumer.commands.findings import Check, Finding
from consumer.commands.report import Report, show_as_json, show_as_text

CHECKS = (
    Check("settings", (), "all of them are valid"),
    Check("topics", (Finding("orders", "error", "orders does not exist", "create it"),)),
    Check("rights", (Finding("orders", "unknown", "orders may not be described", "grant it"),)),
    Check("Kafka", (), "not looked at", looked_at=False),
)


def a_report() -> Report:
    kafka = KafkaSettings.model_validate(
        {
            "group_id": "shop",
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_username": "me",
            "sasl_password": "hunter2",
        }
    )
    return Report(CHECKS, effective(Settings(kafka=kafka)), ExitCode.PROBLEM)


def test_people_read_each_problem_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    show_as_text(a_report())

    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[:7] == [
        "✓ settings     all of them are valid",
        "✗ topics",
        "  ✗ orders does not exist",
        "    → create it",
        "! rights",
        "  ? orders may not be described",
        "    → grant it",
    ]
    assert "  kafka.group_id = shop" in lines


def test_programs_read_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    show_as_json(a_report())

    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is False
    assert document["exit_code"] == 1
    assert [each["ok"] for each in document["checks"]] == [True, False, True, True]
    assert document["checks"][1]["findings"][0]["remedy"] == "create it"
    assert document["settings"]["kafka"]["group_id"] == "shop"


@pytest.mark.parametrize("show", [show_as_text, show_as_json])
def test_secrets_are_masked(
    show: Callable[[Report], None], capsys: pytest.CaptureFixture[str]
) -> None:
    show(a_report())

    assert "hunter2" not in capsys.readouterr().out
