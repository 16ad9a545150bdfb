"""What can be foreseen ends with a remedy; what cannot keeps its traceback."""

import errno
import os
from pathlib import Path

import pytest
from aiokafka.errors import TopicAuthorizationFailedError

from config.settings import KafkaSettings
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.foreseen import foreseen
from consumer.embedded.errors import EmbeddedKafkaError
from consumer.kafka.publish import PublishError
from consumer.kafka.tap import TapError, TopicMissingError

KAFKA = KafkaSettings(bootstrap_servers="broker-7:9092")


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (ConnectionError("refused"), ExitCode.UNREACHABLE, ("broker-7:9092", "refused")),
        (TopicMissingError("orders"), ExitCode.PROBLEM, ("'orders'", "everonce topics create")),
        (EmbeddedKafkaError("no Java"), ExitCode.PROBLEM, ("no Java",)),
        (PublishError("delivery failed"), ExitCode.PROBLEM, ("delivery failed",)),
        (TapError("cannot be read on"), ExitCode.PROBLEM, ("cannot be read on",)),
        (TopicAuthorizationFailedError("orders"), ExitCode.PROBLEM, ("Kafka refused",)),
    ],
)
def test_an_error_with_a_remedy_becomes_a_message(
    error: Exception, code: ExitCode, words: tuple[str, ...]
) -> None:
    with pytest.raises(CommandError) as raised, foreseen(KAFKA):
        raise error

    assert raised.value.code == code
    for word in words:
        assert word in raised.value.message


@pytest.mark.parametrize(
    "error", [ValueError("ours"), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))]
)
def test_any_other_error_passes(error: Exception) -> None:
    with pytest.raises(type(error)), foreseen(KAFKA):
        raise error


def test_all_wrong_settings_are_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "everonce.yaml"
    file.write_text("kafka: {bootstrap_servers: 'nowhere:x'}\nprocessing: {concurrency: 0}\n")

    with pytest.raises(CommandError) as raised:
        chosen_settings(file, {})

    assert raised.value.code == ExitCode.USAGE
    assert "kafka.bootstrap_servers" in raised.value.message
    assert "processing.concurrency" in raised.value.message


def test_a_missing_password_is_a_wrong_setting() -> None:
    overlay = {
        "EVERONCE_KAFKA__SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "EVERONCE_KAFKA__SASL_USERNAME": "me",
    }

    with pytest.raises(CommandError, match=r"sasl_password") as raised:
        chosen_settings(None, overlay)

    assert raised.value.code == ExitCode.USAGE


def test_a_missing_certificate_is_a_wrong_setting(tmp_path: Path) -> None:
    overlay = {
        "EVERONCE_KAFKA__SECURITY_PROTOCOL": "SSL",
        "EVERONCE_KAFKA__SSL_CAFILE": str(tmp_path / "none.pem"),
    }

    with pytest.raises(CommandError) as raised:
        chosen_settings(None, overlay)

    assert raised.value.code == ExitCode.USAGE


def test_the_overlay_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVERONCE_KAFKA__GROUP_ID", "environment")

    settings = chosen_settings(None, {"EVERONCE_KAFKA__GROUP_ID": "overlay"})

    assert settings.kafka.group_id == "overlay"
