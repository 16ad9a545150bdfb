"""What is wrong with topics, and what would mend them?"""

import pytest

from config.settings import TopicSettings
from consumer.kafka.topic_plan import (
    CREATE,
    DEFAULT_MESSAGE_BYTES,
    Problem,
    Role,
    Topic,
    Unseen,
    amendments,
    input_limit,
    names,
    planned_configs,
    problems,
)

TOPICS = TopicSettings()
DAY = 24 * 3600 * 1000
LIMIT = 1_000_000


def a_topic(role: Role, *, partitions: int = 4, replicas: int = 3, **configs: str) -> Topic:
    """Return a topic as the plan makes it, with *configs* (_ for .) in place of the plan's."""
    defaults = {
        "cleanup.policy": "delete",
        "retention.ms": str(7 * DAY),
        "max.message.bytes": str(LIMIT),
        "min.insync.replicas": "2",
    }
    given = {name.replace("_", "."): value for name, value in configs.items()}
    plan = planned_configs(role, LIMIT, replicas)
    return Topic(partitions, replicas, (), defaults | plan | given, plan | given)


def found(**changed: Topic | Unseen) -> list[Problem]:
    """Return the problems of well-made topics, but for *changed*."""
    well: dict[Role, Topic | Unseen] = {role: a_topic(role) for role in names(TOPICS)}
    return problems(
        TOPICS, well | {role: changed[role] for role in names(TOPICS) if role in changed}
    )


def test_topics_as_planned_are_well() -> None:
    assert found() == []


def test_missing_topic_is_an_error_that_the_command_mends() -> None:
    (problem,) = found(dlq="missing")
    assert problem == Problem(TOPICS.dlq, "error", f"topic {TOPICS.dlq} does not exist", CREATE)


def test_hidden_topic_is_unknown() -> None:
    (problem,) = found(state="hidden")
    assert problem.severity == "unknown"
    assert "Describe" in problem.remedy


def test_settings_that_may_not_be_read_are_unknown() -> None:
    (problem,) = found(state=Topic(4, 3, (), None, {}))
    assert problem.severity == "unknown"


@pytest.mark.parametrize("role", ["results", "dlq", "state", "control", "audit"])
def test_other_partition_count_than_the_inputs_is_an_error(role: Role) -> None:
    (problem,) = found(**{role: a_topic(role, partitions=5)})
    assert problem.severity == "error"
    assert "5 partitions, the input has 4" in problem.message


@pytest.mark.parametrize("policy", ["delete", "compact,delete", ""])
def test_state_topic_that_is_not_compacted_alone_is_an_error(policy: str) -> None:
    (problem,) = found(state=a_topic("state", cleanup_policy=policy))
    assert (problem.severity, problem.remedy) == ("error", CREATE)
    assert "cleanup.policy" in problem.message


@pytest.mark.parametrize("role", ["dlq", "control", "audit"])
def test_compacted_topic_of_letters_is_an_error(role: Role) -> None:
    (problem,) = found(**{role: a_topic(role, cleanup_policy="compact")})
    assert problem.severity == "error"


def test_compacted_results_are_a_warning() -> None:
    (problem,) = found(results=a_topic("results", cleanup_policy="compact"))
    assert problem.severity == "warning"


def test_letters_that_go_within_a_week_are_a_warning() -> None:
    (problem,) = found(dlq=a_topic("dlq", retention_ms=str(6 * DAY)))
    assert problem.severity == "warning"
    assert "6d" in problem.message


def test_control_that_goes_before_the_letters_is_a_warning() -> None:
    (problem,) = found(control=a_topic("control", retention_ms=str(29 * DAY)))
    assert problem.severity == "warning"
    (problem,) = found(dlq=a_topic("dlq", retention_ms="-1"))
    assert (problem.topic, problem.severity) == (TOPICS.control, "warning")
    assert "unlimited" in problem.message


def test_state_topic_too_small_for_an_entry_is_an_error() -> None:
    need = 1_500_000 + 65536
    (problem,) = found(state=a_topic("state", max_message_bytes=str(need - 1)))
    assert problem.severity == "error"
    assert str(need) in problem.message


def test_dead_letter_topic_too_small_for_a_letter_is_a_warning() -> None:
    (problem,) = found(dlq=a_topic("dlq", max_message_bytes=str(2_500_000 + 65535)))
    assert problem.severity == "warning"


def test_one_confirming_replica_of_three_is_a_warning() -> None:
    (problem,) = found(results=a_topic("results", min_insync_replicas="1"))
    assert problem.severity == "warning"


def test_more_confirming_replicas_than_there_are_is_an_error() -> None:
    (problem,) = found(state=a_topic("state", replicas=1, min_insync_replicas="2"))
    assert problem.severity == "error"


def test_partition_without_a_leader_is_a_warning() -> None:
    well = a_topic("input")
    (problem,) = found(input=Topic(4, 3, (1, 3), well.configs, {}))
    assert problem.severity == "warning"
    assert "1, 3" in problem.message


def test_errors_come_first() -> None:
    severities = [
        problem.severity
        for problem in found(
            input=a_topic("input", min_insync_replicas="1"), dlq="hidden", state="missing"
        )
    ]
    assert severities == ["error", "warning", "unknown"]


def test_topics_as_planned_are_not_altered() -> None:
    assert {role: amendments(role, a_topic(role), LIMIT) for role in names(TOPICS)} == {
        role: {} for role in names(TOPICS)
    }


def test_wrong_state_topic_is_altered_where_it_is_wrong() -> None:
    wrong = a_topic("state", cleanup_policy="delete", max_message_bytes="1000")
    assert amendments("state", wrong, LIMIT) == {
        "cleanup.policy": "compact",
        "max.message.bytes": str(1_500_000 + 65536),
    }


def test_what_is_better_than_planned_is_not_altered() -> None:
    better = a_topic("dlq", retention_ms="-1", max_message_bytes="99999999")
    assert amendments("dlq", better, LIMIT) == {}


def test_what_belongs_to_the_users_is_not_altered() -> None:
    assert amendments("results", a_topic("results", cleanup_policy="compact"), LIMIT) == {}
    assert amendments("input", a_topic("input", min_insync_replicas="1"), LIMIT) == {}


def test_every_error_and_warning_that_the_command_mends_is_altered() -> None:
    broken = {
        role: a_topic(
            role,
            cleanup_policy="compact,delete",
            retention_ms=str(DAY),
            max_message_bytes="1000",
            min_insync_replicas="1",
        )
        for role in names(TOPICS)
        if role not in ("input", "results")
    }
    mended = {
        role: Topic(4, 3, (), {**(topic.configs or {}), **amendments(role, topic, LIMIT)}, {})
        for role, topic in broken.items()
    }
    assert found(**broken) != []
    assert found(**mended) == []


def test_unknown_limit_of_the_input_is_kafkas_default() -> None:
    assert input_limit({"input": "hidden"}) == DEFAULT_MESSAGE_BYTES
    assert input_limit({"input": a_topic("input", max_message_bytes="5000")}) == 5000


def test_audit_topic_that_is_switched_off_is_not_missed() -> None:
    topics = TopicSettings(audit=None)
    well: dict[Role, Topic | Unseen] = {role: a_topic(role) for role in names(topics)}
    assert "audit" not in well
    assert problems(topics, well) == []
