"""Do the settings reach the client?"""

import ssl
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, TransactionalIdAuthorizationFailed

from config.settings import KafkaSettings, Settings
from consumer.kafka.connection import (
    client_settings,
    consumer_settings,
    producer_settings,
    reader_settings,
    started,
)


def kafka(**values: object) -> KafkaSettings:
    return KafkaSettings.model_validate(values)


def settings(**values: object) -> Settings:
    return Settings.model_validate(values)


def test_plain_connection_has_neither_certificates_nor_secrets() -> None:
    given = client_settings(kafka(bootstrap_servers="one:1,two:2", client_id="me"))
    assert given["bootstrap_servers"] == "one:1,two:2"
    assert given["client_id"] == "me"
    assert given["security_protocol"] == "PLAINTEXT"
    assert not {name for name in given if name.startswith(("ssl", "sasl"))}


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_user_and_password_reach_every_client(mechanism: str) -> None:
    given = "s3cret"
    ours = settings(
        kafka={
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": mechanism,
            "sasl_username": "anna",
            "sasl_password": given,
        }
    )
    producer = AIOKafkaProducer(**producer_settings(ours, 1000))
    member = AIOKafkaConsumer(**consumer_settings(ours.kafka))
    reader = AIOKafkaConsumer(**reader_settings(ours.kafka, "read_committed"))
    try:
        for client in (producer.client, member._client, reader._client):
            assert client._security_protocol == "SASL_SSL"
            assert client._sasl_mechanism == mechanism
            assert client._sasl_plain_username == "anna"
            assert client._sasl_plain_password == given
            assert client._ssl_context.verify_mode is ssl.CERT_REQUIRED
    finally:
        for client in (producer, member, reader):
            await client.stop()


@pytest.mark.parametrize("missing", ["sasl_username", "sasl_password"])
def test_missing_secret_is_named(missing: str) -> None:
    given = {"sasl_username": "anna", "sasl_password": "s3cret"}
    del given[missing]
    with pytest.raises(ValueError, match=f"kafka.{missing} is not set"):
        client_settings(kafka(security_protocol="SASL_PLAINTEXT", **given))


@pytest.mark.parametrize("checks", [True, False])
def test_host_names_are_checked_unless_switched_off(checks: bool) -> None:
    given = client_settings(kafka(security_protocol="SSL", ssl_check_hostname=checks))
    assert given["ssl_context"].check_hostname is checks
    assert given["ssl_context"].verify_mode is ssl.CERT_REQUIRED


def test_certificates_are_read(tmp_path: Path) -> None:
    broken = tmp_path / "ca.pem"
    broken.write_text("no certificate")
    with pytest.raises(ssl.SSLError):
        client_settings(kafka(security_protocol="SSL", ssl_cafile=str(broken)))
    with pytest.raises(FileNotFoundError):
        client_settings(kafka(security_protocol="SSL", ssl_certfile=str(tmp_path / "none.pem")))


def test_member_waits_for_joins_longer_than_for_other_requests() -> None:
    given = consumer_settings(kafka(request_timeout=20, rebalance_timeout=60))
    assert given["request_timeout_ms"] == 70_000
    assert given["rebalance_timeout_ms"] == 60_000


def test_time_limits_and_fetch_sizes_reach_the_member() -> None:
    given = consumer_settings(
        kafka(
            group_id="g",
            static_member_id="pod-1",
            session_timeout=12,
            heartbeat_interval=2,
            max_poll_interval=90,
            fetch_max_wait=0.05,
            fetch_max_bytes=2_000_000,
            max_partition_fetch_bytes=1_000_000,
            isolation_level="read_uncommitted",
        )
    )
    assert given["group_id"] == "g"
    assert given["group_instance_id"] == "pod-1"
    assert given["session_timeout_ms"] == 12_000
    assert given["heartbeat_interval_ms"] == 2000
    assert given["max_poll_interval_ms"] == 90_000
    assert given["fetch_max_wait_ms"] == 50
    assert given["fetch_max_bytes"] == 2_000_000
    assert given["max_partition_fetch_bytes"] == 1_000_000
    assert given["isolation_level"] == "read_uncommitted"
    assert given["enable_auto_commit"] is False
    assert given["auto_offset_reset"] == "none"


def test_producer_is_idempotent_and_waits_no_longer_than_a_commit() -> None:
    given = producer_settings(settings(commit={"deadline": 7}, kafka={"compression": "lz4"}), 1000)
    assert given["enable_idempotence"] is True
    assert given["acks"] == "all"
    assert given["request_timeout_ms"] == 7000
    assert given["transaction_timeout_ms"] == 30_000
    assert given["compression_type"] == "lz4"
    assert given["max_batch_size"] == 1000


async def test_start_is_tried_until_kafka_answers() -> None:
    outcomes = iter([KafkaConnectionError(), KafkaConnectionError(), None])

    async def start() -> None:
        if (error := next(outcomes)) is not None:
            raise error

    await started(start, kafka(connect_timeout=10))
    assert list(outcomes) == []


async def test_start_that_never_succeeds_names_address_and_settings() -> None:
    async def start() -> None:
        raise KafkaConnectionError("refused")

    with pytest.raises(ConnectionError, match=r"nowhere:9.*0\.3 s.*refused.*kafka\.bootstrap_serv"):
        await started(start, kafka(bootstrap_servers="nowhere:9", connect_timeout=0.3))


async def test_start_that_is_not_allowed_is_not_tried_again() -> None:
    tries: list[bool] = []

    async def start() -> None:
        tries.append(True)
        raise TransactionalIdAuthorizationFailed("everonce:g:t:0")

    with pytest.raises(TransactionalIdAuthorizationFailed):
        await started(start, kafka())
    assert len(tries) == 1
