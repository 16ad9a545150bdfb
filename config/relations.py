"""Which settings must agree with each other, and what is to be done where they don't?"""

from collections.abc import Iterator
from typing import NamedTuple

from config.breakers import BreakerPolicy, BreakerSettings
from config.connection import KafkaSettings
from config.durations import format_duration
from config.notify import NotifySettings
from config.processing import CommitSettings, ProcessingSettings
from config.retries import RetrySettings
from config.topics import TopicSettings
from config.values import listed


class Disagreement(NamedTuple):
    """Values that are right each on its own, and wrong together."""

    keys: tuple[str, ...]
    """The settings concerned, as section.key."""
    message: str


def disagreements(
    *,
    kafka: KafkaSettings,
    topics: TopicSettings,
    processing: ProcessingSettings,
    retry: RetrySettings,
    breakers: BreakerSettings,
    commit: CommitSettings,
    notify: NotifySettings,
) -> Iterator[Disagreement]:
    """Yield everything that does not agree."""
    yield from _commit_in_time(kafka, commit)
    yield from _membership_kept(kafka)
    yield from _drain_in_time(kafka, processing)
    yield from _fetches_fit(kafka)
    yield from _credentials_used(kafka)
    yield from _certificates_used(kafka)
    yield from _topics_differ(topics)
    yield from _policies_exist(retry)
    yield from _breakers_can_open(breakers)
    yield from _notices_signed(notify)


def _commit_in_time(kafka: KafkaSettings, commit: CommitSettings) -> Iterator[Disagreement]:
    if commit.deadline >= kafka.transaction_timeout:
        yield Disagreement(
            ("commit.deadline", "kafka.transaction_timeout"),
            f"commit.deadline ({format_duration(commit.deadline)}) is not below "
            f"kafka.transaction_timeout ({format_duration(kafka.transaction_timeout)}): the broker "
            "would abort a commit we still wait for; raise the second or lower the first",
        )
    if commit.linger > commit.linger_max:
        yield Disagreement(
            ("commit.linger", "commit.linger_max"),
            f"commit.linger ({format_duration(commit.linger)}) is above commit.linger_max "
            f"({format_duration(commit.linger_max)}): raise the second or lower the first",
        )


def _membership_kept(kafka: KafkaSettings) -> Iterator[Disagreement]:
    # Compared in the milliseconds that brokers are told: 3 x 0.1 is above 0.3 as a float.
    if round(kafka.heartbeat_interval * 3000) > round(kafka.session_timeout * 1000):
        yield Disagreement(
            ("kafka.heartbeat_interval", "kafka.session_timeout"),
            f"kafka.heartbeat_interval ({format_duration(kafka.heartbeat_interval)}) is above a "
            f"third of kafka.session_timeout ({format_duration(kafka.session_timeout)}): lower the "
            "first or raise the second",
        )


def _drain_in_time(kafka: KafkaSettings, processing: ProcessingSettings) -> Iterator[Disagreement]:
    if processing.drain_timeout * 2 > kafka.rebalance_timeout:
        yield Disagreement(
            ("processing.drain_timeout", "kafka.rebalance_timeout"),
            f"processing.drain_timeout ({format_duration(processing.drain_timeout)}) is above half "
            f"of kafka.rebalance_timeout ({format_duration(kafka.rebalance_timeout)}), which "
            "bounds every drain: lower the first or raise the second",
        )


def _fetches_fit(kafka: KafkaSettings) -> Iterator[Disagreement]:
    if kafka.max_partition_fetch_bytes > kafka.fetch_max_bytes:
        yield Disagreement(
            ("kafka.max_partition_fetch_bytes", "kafka.fetch_max_bytes"),
            f"kafka.max_partition_fetch_bytes ({kafka.max_partition_fetch_bytes}) is above "
            f"kafka.fetch_max_bytes ({kafka.fetch_max_bytes}): lower the first or raise the second",
        )
    if kafka.fetch_max_wait >= kafka.request_timeout:
        yield Disagreement(
            ("kafka.fetch_max_wait", "kafka.request_timeout"),
            f"kafka.fetch_max_wait ({format_duration(kafka.fetch_max_wait)}) is not below "
            f"kafka.request_timeout ({format_duration(kafka.request_timeout)}): every idle fetch "
            "would time out; lower the first or raise the second",
        )


def _credentials_used(kafka: KafkaSettings) -> Iterator[Disagreement]:
    given = {"sasl_username": kafka.sasl_username, "sasl_password": kafka.sasl_password}
    protocol, mechanism = kafka.security_protocol, kafka.sasl_mechanism
    for name, value in given.items():
        keys = (f"kafka.{name}", "kafka.security_protocol", "kafka.sasl_mechanism")
        if not protocol.startswith("SASL_"):
            if value is not None:
                yield Disagreement(
                    keys,
                    f"kafka.{name} is set, but kafka.security_protocol is {protocol} and would not "
                    "use it: set that to SASL_SSL (or SASL_PLAINTEXT), or remove the first",
                )
        elif mechanism != "GSSAPI" and value is None:
            yield Disagreement(
                keys,
                f"kafka.{name} is missing: kafka.security_protocol {protocol} with "
                f"kafka.sasl_mechanism {mechanism} needs it",
            )


def _certificates_used(kafka: KafkaSettings) -> Iterator[Disagreement]:
    given = ("ssl_cafile", "ssl_certfile", "ssl_keyfile", "ssl_keyfile_password")
    used = kafka.security_protocol.endswith("SSL")
    for name in given:
        if getattr(kafka, name) is not None and not used:
            yield Disagreement(
                (f"kafka.{name}", "kafka.security_protocol"),
                f"kafka.{name} is set, but kafka.security_protocol is {kafka.security_protocol} "
                "and would not use it: set that to SSL or SASL_SSL, or remove the first",
            )
    if kafka.ssl_keyfile is not None and kafka.ssl_certfile is None:
        yield Disagreement(
            ("kafka.ssl_keyfile", "kafka.ssl_certfile"),
            "kafka.ssl_keyfile is set without kafka.ssl_certfile: give the certificate that the "
            "key belongs to",
        )


def _topics_differ(topics: TopicSettings) -> Iterator[Disagreement]:
    users: dict[str, list[str]] = {}
    for role, topic in topics.model_dump().items():
        if topic is not None:
            users.setdefault(topic, []).append(f"topics.{role}")
    for topic, keys in users.items():
        if len(keys) > 1:
            yield Disagreement(
                tuple(keys),
                f"{' and '.join(keys)} are both {topic!r}: give each its own topic",
            )


def _policies_exist(retry: RetrySettings) -> Iterator[Disagreement]:
    known = retry.named()
    asked = [("retry.default_policy", retry.default_policy)]
    asked += [("retry.bindings", binding.policy) for binding in retry.bindings if binding.policy]
    for key, name in asked:
        if name not in known:
            yield Disagreement(
                (key, "retry.policies"),
                f"{key} asks for policy {name!r}, which there is not: use one of {listed(known)}, "
                "or define it under retry.policies",
            )


def _breakers_can_open(breakers: BreakerSettings) -> Iterator[Disagreement]:
    keys: tuple[str, ...] = ("breakers.open_time", "breakers.max_open_time")
    if (problem := _longest_below_first("breakers", breakers)) is not None:
        yield Disagreement(keys, problem)
        return
    for table, name, policy in breakers.named():
        if (problem := _longest_below_first(f"breakers.{table}.{name}", policy)) is not None:
            yield Disagreement((f"breakers.{table}", *keys), problem)


def _notices_signed(notify: NotifySettings) -> Iterator[Disagreement]:
    if notify.urls and notify.secret is None:
        yield Disagreement(
            ("notify.urls", "notify.secret"),
            "notify.secret is missing: what is posted to notify.urls is signed with it; set it, "
            "and tell the receivers",
        )


def _longest_below_first(path: str, policy: BreakerPolicy) -> str | None:
    if policy.max_open_time >= policy.open_time:
        return None
    return (
        f"{path}.max_open_time ({format_duration(policy.max_open_time)}) is below its open_time "
        f"({format_duration(policy.open_time)}): raise the first or lower the second"
    )
