"""Where a new owner starts to read, row by row of the table of DESIGN section 6."""

from dataclasses import replace
from typing import Any

import pytest

from consumer.core.start_position import FAR_BEHIND, Found, Refused, Start, start_position
from tests.builders import a_progress

ACCEPT = "everonce ledger accept --partition 3"
ADOPT = "everonce ledger adopt --partition 3"
NOTHING_KNOWN = Found(
    group="everonce",
    topic="workflow-events",
    partition=3,
    template="{event_id}",
    committed=None,
    progress=None,
    log_start=2,
    log_end=50,
    last_still_there=None,
)


def found(**other: Any) -> Found:
    return replace(NOTHING_KNOWN, **other)


def known(**other: Any) -> Found:
    """Return a finding with a ledger that is read up to offset 10."""
    return found(**{"committed": 10, "progress": a_progress(), "last_still_there": True} | other)


@pytest.mark.parametrize(
    ("finding", "offset", "rule"),
    [
        pytest.param(found(), 2, "first_earliest", id="nothing known, earliest"),
        pytest.param(found(at_first="latest"), 50, "first_latest", id="nothing known, latest"),
        pytest.param(known(), 10, "progress", id="group and ledger agree"),
        pytest.param(known(committed=9), 10, "progress", id="a stale offset of the group"),
        pytest.param(known(committed=0), 10, "progress", id="an offset below the log's start"),
        pytest.param(
            known(committed=None), 10, "progress_alone", id="group forgotten, record still there"
        ),
        pytest.param(
            known(committed=None, last_still_there=None, log_start=10),
            10,
            "progress_alone",
            id="group forgotten, record below the log's start",
        ),
        pytest.param(
            known(committed=12, guarantee="at_least_once"),
            12,
            "group_ahead",
            id="group ahead, nobody is fenced",
        ),
        pytest.param(known(log_end=10), 10, "progress", id="at the log's end"),
    ],
)
def test_a_start_is_found(finding: Found, offset: int, rule: str) -> None:
    assert start_position(finding) == Start(offset, rule)


@pytest.mark.parametrize(
    ("finding", "rule", "command", "told"),
    [
        pytest.param(
            known(committed=12),
            "ledger_behind",
            ACCEPT,
            ["12", "10", "lost, or the group was moved forward"],
            id="group ahead of the ledger",
        ),
        pytest.param(
            found(committed=12),
            "ledger_missing",
            ADOPT,
            ["12", "the state topic is empty"],
            id="no ledger",
        ),
        pytest.param(
            known(committed=None, last_still_there=False),
            "topic_recreated",
            ACCEPT,
            ["offset 9", "recreated"],
            id="another record under the remembered offset",
        ),
        pytest.param(
            known(committed=None, log_end=9),
            "beyond_end",
            ACCEPT,
            ["offset 10", "ends at 9", "recreated or truncated"],
            id="beyond the log's end",
        ),
        pytest.param(
            known(group="other"),
            "foreign_ledger",
            ACCEPT,
            ["'everonce'", "'other'", "a state topic of its own"],
            id="ledger of another group",
        ),
        pytest.param(
            known(topic="orders"),
            "foreign_ledger",
            ACCEPT,
            ["'workflow-events'", "'orders'"],
            id="ledger of another topic",
        ),
        pytest.param(
            known(template="{idempotency_key}"),
            "template_changed",
            ACCEPT,
            ["'{event_id}'", "'{idempotency_key}'"],
            id="ledger of another dedup template",
        ),
        pytest.param(
            known(log_start=15),
            "retention_gap",
            ACCEPT,
            ["10 to 14", "retention.ms", "kafka.retention_gap to skip"],
            id="retention ran past the ledger",
        ),
    ],
)
def test_a_refusal_names_what_was_found_and_what_accepts_it(
    finding: Found, rule: str, command: str, told: list[str]
) -> None:
    refused = start_position(finding)

    assert isinstance(refused, Refused)
    assert (refused.rule, refused.command) == (rule, command)
    assert refused.message.startswith(f"{finding.topic}/3 is refused: ")
    for words in told:
        assert words in refused.message


def test_an_accepted_retention_gap_counts_exactly_what_was_skipped() -> None:
    started = start_position(known(log_start=15, on_retention_gap="skip"))

    assert isinstance(started, Start)
    assert (started.offset, started.rule, started.skipped) == (15, "retention_gap", 5)
    assert started.note is not None
    assert "10 to 14" in started.note


def test_a_log_that_starts_where_we_go_on_has_no_gap() -> None:
    started = start_position(known(log_start=10, last_still_there=None))

    assert started == Start(10, "progress")


def test_a_retention_gap_does_not_hide_another_refusal() -> None:
    refused = start_position(known(committed=12, log_start=15, on_retention_gap="skip"))

    assert isinstance(refused, Refused)
    assert refused.rule == "ledger_behind"


def test_a_group_that_was_reset_far_back_is_not_followed_silently() -> None:
    end = FAR_BEHIND + 100
    progress = a_progress(next_input=FAR_BEHIND + 11)
    started = start_position(known(committed=10, progress=progress, log_end=end))

    assert isinstance(started, Start)
    assert (started.offset, started.skipped) == (FAR_BEHIND + 11, 0)
    assert started.note is not None
    assert "everonce replay" in started.note

    just_stale = start_position(known(committed=11, progress=progress, log_end=end))
    assert just_stale == Start(FAR_BEHIND + 11, "progress")
