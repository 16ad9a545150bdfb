"""What must the topics be like, and what is wrong with those that are there?

Pure; ``topics`` describes, creates and alters.  The table is DESIGN section 3.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from config.durations import format_duration
from config.settings import TopicSettings

Role = Literal["input", "results", "dlq", "state", "control", "audit"]
Severity = Literal["error", "warning", "unknown"]

CREATE = "everonce topics create"
"""Creates what is missing and alters what is wrong, where that can be altered."""

DEFAULT_MESSAGE_BYTES = 1_048_588  # Kafka's own message.max.bytes: what is assumed when unknown

_DAY_MS = 24 * 3600 * 1000
_RETENTION_MS: Mapping[Role, int] = {
    "dlq": 30 * _DAY_MS,
    "control": 30 * _DAY_MS,
    "audit": 365 * _DAY_MS,
}
_LEAST_DLQ_RETENTION_MS = 7 * _DAY_MS
_ROOM = 64 * 1024
# An entry holds a record as text; a letter holds it twice, with its history and a traceback.
_LIMIT_FACTOR: Mapping[Role, float] = {"state": 1.5, "control": 1.5, "dlq": 2.5}


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it is."""

    partitions: int
    replicas: int
    leaderless: tuple[int, ...]
    """Partitions that nobody leads at the moment."""
    configs: Mapping[str, str] | None
    """Every setting in effect; None where we may not read them."""
    overrides: Mapping[str, str]
    """Those set on the topic itself."""


Unseen = Literal["missing", "hidden"]
"""It does not exist; or we may not describe it, and do not know."""

Topics = Mapping[Role, Topic | Unseen]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a topic, and what mends it."""

    topic: str
    severity: Severity
    message: str
    remedy: str


def names(topics: TopicSettings) -> dict[Role, str]:
    """Return the topics that are used, by role."""
    used: dict[Role, str] = {
        "input": topics.input,
        "results": topics.results,
        "dlq": topics.dlq,
        "state": topics.state,
        "control": topics.control,
    }
    return used | ({"audit": topics.audit} if topics.audit else {})


def planned_configs(role: Role, input_limit: int, replicas: int) -> dict[str, str]:
    """Return the settings that a topic of *role* must have; the rest is the user's.

    Args:
        role: Which of the topics.
        input_limit: max.message.bytes of the input.
        replicas: Of each partition.
    """
    plan: dict[str, str] = {}
    if role != "input":
        plan["cleanup.policy"] = "compact" if role == "state" else "delete"
    if role == "state":
        # A restore reads what is not compacted yet: the last segment, and a fifth of the rest.
        plan["segment.bytes"] = str(64 * 1024 * 1024)
        plan["min.cleanable.dirty.ratio"] = "0.2"
    if role in _RETENTION_MS:
        plan["retention.ms"] = str(_RETENTION_MS[role])
    if role in _LIMIT_FACTOR:
        plan["max.message.bytes"] = str(least_limit(role, input_limit))
    if replicas >= 3:
        plan["min.insync.replicas"] = "2"
    return plan


def amendments(role: Role, topic: Topic, input_limit: int) -> dict[str, str]:
    """Return the settings of *topic* that have to change.

    Better ones stay as they are, and so do the users' topics, input and results.
    """
    if topic.configs is None or role in ("input", "results"):
        return {}
    plan = planned_configs(role, input_limit, topic.replicas)
    wrong = {"cleanup.policy": topic.configs.get("cleanup.policy") != plan["cleanup.policy"]}
    for name in ("max.message.bytes", "min.insync.replicas"):
        wrong[name] = _number(topic, name) < int(plan.get(name, 0))
    if role == "dlq":
        wrong["retention.ms"] = 0 <= _number(topic, "retention.ms") < _LEAST_DLQ_RETENTION_MS
    if role == "control":
        wrong["retention.ms"] = 0 <= _number(topic, "retention.ms") < _RETENTION_MS["dlq"]
    return {name: plan[name] for name, is_wrong in wrong.items() if is_wrong and name in plan}


def least_limit(role: Role, input_limit: int) -> int:
    """Return the least max.message.bytes for *role*."""
    return int(_LIMIT_FACTOR[role] * input_limit) + _ROOM


def input_limit(topics: Topics) -> int:
    """Return the input's max.message.bytes, Kafka's default where it cannot be read."""
    topic = topics.get("input", "missing")
    if isinstance(topic, str) or topic.configs is None:
        return DEFAULT_MESSAGE_BYTES
    return int(topic.configs.get("max.message.bytes", DEFAULT_MESSAGE_BYTES))


def problems(settings: TopicSettings, topics: Topics) -> list[Problem]:
    """Return everything that is wrong with *topics*, errors first."""
    source = topics.get("input", "missing")
    count = None if isinstance(source, str) else source.partitions
    found: list[Problem] = []
    for role, name in names(settings).items():
        topic = topics.get(role, "missing")
        if topic == "missing":
            found.append(Problem(name, "error", f"topic {name} does not exist", CREATE))
        elif isinstance(topic, str):
            remedy = f"grant Describe on topic {name}"
            found.append(Problem(name, "unknown", f"topic {name} may not be described", remedy))
        else:
            found += _partition_problems(role, name, topic, count)
            found += _config_problems(role, name, topic, topics)
    order: dict[Severity, int] = {"error": 0, "warning": 1, "unknown": 2}
    return sorted(found, key=lambda problem: order[problem.severity])


def _partition_problems(
    role: Role, name: str, topic: Topic, count: int | None
) -> Iterator[Problem]:
    if count is not None and topic.partitions != count:
        yield Problem(
            name,
            "error",
            f"{name} has {topic.partitions} partitions, the input has {count}: what belongs to "
            "one event would be scattered over owners",
            f"point topics.{role} to a new name and run {CREATE}, or delete {name} first",
        )
    if topic.leaderless:
        numbers = ", ".join(map(str, topic.leaderless))
        message = f"partitions {numbers} of {name} have no leader: nothing can be written there"
        yield Problem(name, "warning", message, "look at the brokers that are down")


def _config_problems(role: Role, name: str, topic: Topic, topics: Topics) -> Iterator[Problem]:
    if topic.configs is None:
        message = f"the settings of {name} may not be read"
        yield Problem(name, "unknown", message, f"grant DescribeConfigs on topic {name}")
        return
    yield from _cleanup_problems(role, name, topic.configs.get("cleanup.policy", ""))
    yield from _retention_problems(role, name, topic, topics)
    yield from _replica_problems(role, name, topic)
    if role in ("state", "dlq", "control"):
        have, need = _number(topic, "max.message.bytes"), least_limit(role, input_limit(topics))
        if have < need:
            yield Problem(
                name,
                "error" if role == "state" else "warning",
                f"max.message.bytes of {name} is {have}, below {need}: what the largest input "
                f"record ({input_limit(topics)} bytes) becomes there would be "
                + ("refused" if role == "state" else "cut or refused"),
                CREATE,
            )


def _cleanup_problems(role: Role, name: str, policy: str) -> Iterator[Problem]:
    policies = {each.strip() for each in policy.split(",")}
    if role == "state" and policies != {"compact"}:
        message = (
            f"cleanup.policy of {name} is {policy}, and must be compact alone: retention would "
            "forget which events are done"
        )
        yield Problem(name, "error", message, CREATE)
    if role in ("dlq", "control", "audit") and "compact" in policies:
        message = (
            f"cleanup.policy of {name} is {policy}, and must be delete: compaction would drop "
            "records that share a key, and refuse those without one"
        )
        yield Problem(name, "error", message, CREATE)
    if role == "results" and "compact" in policies:
        message = (
            f"cleanup.policy of {name} is {policy}: only the last result of a key is kept, and "
            "results of events without a key are refused"
        )
        remedy = f"set cleanup.policy of {name} to delete, unless every event has a key"
        yield Problem(name, "warning", message, remedy)


def _retention_problems(role: Role, name: str, topic: Topic, topics: Topics) -> Iterator[Problem]:
    have = _number(topic, "retention.ms")
    if have < 0 or role not in ("dlq", "control"):
        return
    if role == "dlq" and have < _LEAST_DLQ_RETENTION_MS:
        message = f"retention.ms of {name} is {_span(have)}: letters go before anyone looks"
        yield Problem(name, "warning", message, CREATE)
    letters = topics.get("dlq", "missing")
    if role == "control" and not isinstance(letters, str) and letters.configs is not None:
        least = _number(letters, "retention.ms")
        if least < 0 or have < least:
            theirs = "unlimited" if least < 0 else _span(least)
            message = (
                f"retention.ms of {name} is {_span(have)}, that of the dead letters {theirs}: "
                "a redrive may be gone before it is carried out"
            )
            yield Problem(name, "warning", message, CREATE)


def _replica_problems(role: Role, name: str, topic: Topic) -> Iterator[Problem]:
    have = _number(topic, "min.insync.replicas")
    if have > topic.replicas:
        message = f"min.insync.replicas of {name} is {have}, it has {topic.replicas} replicas: "
        message += "nothing can be written"
        yield Problem(name, "error", message, f"set min.insync.replicas of {name} lower")
    elif topic.replicas >= 3 and have < 2:
        message = (
            f"min.insync.replicas of {name} is {have} with {topic.replicas} replicas: what one "
            "broker alone has confirmed is lost with it"
        )
        is_theirs = role in ("input", "results")
        remedy = f"set min.insync.replicas of {name} to 2" if is_theirs else CREATE
        yield Problem(name, "warning", message, remedy)


def _number(topic: Topic, name: str) -> int:
    return int((topic.configs or {}).get(name, 0))


def _span(milliseconds: int) -> str:
    return format_duration(milliseconds / 1000)
