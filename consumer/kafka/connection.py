"""What is every Kafka client given, and how long does a start wait for Kafka?

One place translates the settings, so that TLS, SASL and timeouts reach every client alike.
Kafka counts in milliseconds, the settings in seconds.
"""

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka.errors import KafkaError
from aiokafka.helpers import create_ssl_context

from config.settings import KafkaSettings, Settings
from consumer.kafka.errors import described

_METADATA_MAX_AGE_MS = 60_000  # how late a changed partition count may be noticed
_CONSUMER_BACKOFF_MS = 250  # of a reconnect; without it a consumer storms a broker that is down
_PRODUCER_BACKOFF_MS = 50  # of a transaction that meets the end of the last; 100 is the default
_JOIN_SLACK_SECONDS = 10.0  # the broker answers a join after the rebalance timeout, not at it
_FIRST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 5.0

RESTORE_BYTES = 4 * 1024 * 1024
"""Most bytes of one fetch of a restore: it reads one partition, and all of it."""


def milliseconds(seconds: float) -> int:
    """Return what Kafka calls *seconds*."""
    return round(seconds * 1000)


def client_settings(kafka: KafkaSettings) -> dict[str, Any]:
    """Return what every client takes: where the brokers are and who we are.

    Raises:
        ValueError: A secret that the protocol needs is missing; the message names the setting.
        OSError: A certificate cannot be read.
    """
    return {
        "bootstrap_servers": kafka.bootstrap_servers,
        "client_id": kafka.client_id,
        "request_timeout_ms": milliseconds(kafka.request_timeout),
        "metadata_max_age_ms": _METADATA_MAX_AGE_MS,
        "retry_backoff_ms": _CONSUMER_BACKOFF_MS,
        "security_protocol": kafka.security_protocol,
        **_tls(kafka),
        **_sasl(kafka),
    }


def producer_settings(settings: Settings, max_batch_bytes: int) -> dict[str, Any]:
    """Return what a producer takes; it is idempotent, transactional where an id is added."""
    kafka = settings.kafka
    return {
        **client_settings(kafka),
        # A request that outlives the commit it belongs to helps nobody.
        "request_timeout_ms": milliseconds(min(kafka.request_timeout, settings.commit.deadline)),
        "retry_backoff_ms": _PRODUCER_BACKOFF_MS,
        "acks": "all",
        "enable_idempotence": True,
        "transaction_timeout_ms": milliseconds(kafka.transaction_timeout),
        "compression_type": None if kafka.compression == "none" else kafka.compression,
        "max_batch_size": max_batch_bytes,
        "linger_ms": 0,
    }


def consumer_settings(kafka: KafkaSettings) -> dict[str, Any]:
    """Return what the member of the group takes, its assignor excepted."""
    # A join is held back by the broker until the slowest member has drained.
    longest_request = max(kafka.request_timeout, kafka.rebalance_timeout + _JOIN_SLACK_SECONDS)
    return {
        **client_settings(kafka),
        "request_timeout_ms": milliseconds(longest_request),
        "group_id": kafka.group_id,
        "group_instance_id": kafka.static_member_id,
        "enable_auto_commit": False,
        # A missing offset is decided on by the start-position rules, never by the client.
        "auto_offset_reset": "none",
        "isolation_level": kafka.isolation_level,
        "session_timeout_ms": milliseconds(kafka.session_timeout),
        "heartbeat_interval_ms": milliseconds(kafka.heartbeat_interval),
        "rebalance_timeout_ms": milliseconds(kafka.rebalance_timeout),
        "max_poll_interval_ms": milliseconds(kafka.max_poll_interval),
        "fetch_max_wait_ms": milliseconds(kafka.fetch_max_wait),
        "fetch_max_bytes": kafka.fetch_max_bytes,
        "max_partition_fetch_bytes": kafka.max_partition_fetch_bytes,
    }


def reader_settings(
    kafka: KafkaSettings, isolation_level: str, fetch_bytes: int = RESTORE_BYTES
) -> dict[str, Any]:
    """Return what a reader without a group takes; *fetch_bytes* is the most of one fetch."""
    return {
        **client_settings(kafka),
        "group_id": None,
        "enable_auto_commit": False,
        # Retention may move the log's start while it is read.
        "auto_offset_reset": "earliest",
        "isolation_level": isolation_level,
        "fetch_max_wait_ms": milliseconds(kafka.fetch_max_wait),
        "fetch_max_bytes": fetch_bytes,
        "max_partition_fetch_bytes": fetch_bytes,
    }


async def started(start: Callable[[], Awaitable[object]], kafka: KafkaSettings) -> None:
    """Call *start* until Kafka answers, with growing, jittered pauses.

    Raises:
        ConnectionError: No answer within kafka.connect_timeout.
    """
    last: BaseException | None = None
    ceiling = _FIRST_WAIT_SECONDS
    try:
        async with asyncio.timeout(kafka.connect_timeout):
            while True:
                try:
                    await start()
                except KafkaError as error:
                    if not error.retriable:
                        raise
                    last = error
                else:
                    return
                # Members that start together must not knock together.
                await asyncio.sleep(ceiling * random.uniform(0.5, 1))  # noqa: S311 - no secret
                ceiling = min(ceiling * 2, _LONGEST_WAIT_SECONDS)
    except TimeoutError:
        raise ConnectionError(
            f"Kafka at {kafka.bootstrap_servers} did not answer within "
            f"{kafka.connect_timeout:g} s ({described(last) if last else 'silence'}): check "
            "kafka.bootstrap_servers and kafka.security_protocol, or raise kafka.connect_timeout",
        ) from last


def _tls(kafka: KafkaSettings) -> dict[str, ssl.SSLContext]:
    if kafka.security_protocol not in ("SSL", "SASL_SSL"):
        return {}
    password = kafka.ssl_keyfile_password
    context: ssl.SSLContext = create_ssl_context(
        cafile=kafka.ssl_cafile,
        certfile=kafka.ssl_certfile,
        keyfile=kafka.ssl_keyfile,
        # Without one OpenSSL would ask the terminal for the password of a locked key.
        password=password.get_secret_value() if password else "",
    )
    context.check_hostname = kafka.ssl_check_hostname
    return {"ssl_context": context}


def _sasl(kafka: KafkaSettings) -> dict[str, str]:
    if kafka.security_protocol not in ("SASL_PLAINTEXT", "SASL_SSL"):
        return {}
    if kafka.sasl_mechanism == "GSSAPI":
        return {"sasl_mechanism": "GSSAPI"}
    if kafka.sasl_username is None or kafka.sasl_password is None:
        missing = "sasl_username" if kafka.sasl_username is None else "sasl_password"
        raise ValueError(
            f"kafka.{missing} is not set, and kafka.sasl_mechanism {kafka.sasl_mechanism} needs "
            "it: set it, or choose another kafka.security_protocol",
        )
    return {
        "sasl_mechanism": kafka.sasl_mechanism,
        "sasl_plain_username": kafka.sasl_username,
        "sasl_plain_password": kafka.sasl_password.get_secret_value(),
    }
