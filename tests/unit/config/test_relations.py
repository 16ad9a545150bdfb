"""Are settings that contradict each other found and explained?"""

from typing import Any

import pytest
from pydantic import ValidationError

from config.relations import disagreements
from config.settings import Settings


def _found(**sections: Any) -> list[tuple[tuple[str, ...], str]]:
    built = {
        name: type(getattr(Settings(), name)).model_validate(sections.get(name, {}))
        for name in ("kafka", "topics", "processing", "retry", "breakers", "commit", "notify")
    }
    return [(found.keys, found.message) for found in disagreements(**built)]


def test_the_defaults_agree() -> None:
    assert _found() == []


@pytest.mark.parametrize(
    ("sections", "keys", "words"),
    [
        (
            {"commit": {"deadline": "30s"}},
            ("commit.deadline", "kafka.transaction_timeout"),
            "commit.deadline (30s) is not below kafka.transaction_timeout (30s)",
        ),
        (
            {"commit": {"linger": "1s"}},
            ("commit.linger", "commit.linger_max"),
            "commit.linger (1s) is above commit.linger_max (400ms)",
        ),
        (
            {"kafka": {"heartbeat_interval": "101ms", "session_timeout": "300ms"}},
            ("kafka.heartbeat_interval", "kafka.session_timeout"),
            "kafka.heartbeat_interval (101ms) is above a third of kafka.session_timeout (300ms)",
        ),
        (
            {"processing": {"drain_timeout": "31s"}},
            ("processing.drain_timeout", "kafka.rebalance_timeout"),
            "processing.drain_timeout (31s) is above half of kafka.rebalance_timeout (1m)",
        ),
        (
            {"kafka": {"fetch_max_bytes": 1000}},
            ("kafka.max_partition_fetch_bytes", "kafka.fetch_max_bytes"),
            "kafka.max_partition_fetch_bytes (1048576) is above kafka.fetch_max_bytes (1000)",
        ),
        (
            {"kafka": {"fetch_max_wait": "40s"}},
            ("kafka.fetch_max_wait", "kafka.request_timeout"),
            "every idle fetch would time out",
        ),
        (
            {"kafka": {"sasl_username": "u"}},
            ("kafka.sasl_username", "kafka.security_protocol", "kafka.sasl_mechanism"),
            "kafka.security_protocol is PLAINTEXT and would not use it",
        ),
        (
            {"kafka": {"security_protocol": "SASL_SSL", "sasl_username": "u"}},
            ("kafka.sasl_password", "kafka.security_protocol", "kafka.sasl_mechanism"),
            "kafka.sasl_password is missing",
        ),
        (
            {"kafka": {"ssl_cafile": "ca.pem"}},
            ("kafka.ssl_cafile", "kafka.security_protocol"),
            "kafka.security_protocol is PLAINTEXT and would not use it",
        ),
        (
            {"kafka": {"security_protocol": "SSL", "ssl_keyfile": "key.pem"}},
            ("kafka.ssl_keyfile", "kafka.ssl_certfile"),
            "is set without kafka.ssl_certfile",
        ),
        (
            {"topics": {"results": "workflow-events"}},
            ("topics.input", "topics.results"),
            "topics.input and topics.results are both 'workflow-events'",
        ),
        (
            {"retry": {"default_policy": "nope"}},
            ("retry.default_policy", "retry.policies"),
            "asks for policy 'nope', which there is not: use one of aggressive, conservative",
        ),
        (
            {"retry": {"bindings": [{"event_type": "a", "policy": "nope"}]}},
            ("retry.bindings", "retry.policies"),
            "retry.bindings asks for policy 'nope'",
        ),
        (
            {"breakers": {"open_time": "6m"}},
            ("breakers.open_time", "breakers.max_open_time"),
            "breakers.max_open_time (5m) is below its open_time (6m)",
        ),
        (
            {"breakers": {"dependencies": {"bank": {"max_open_time": "29s"}}}},
            ("breakers.dependencies", "breakers.open_time", "breakers.max_open_time"),
            "breakers.dependencies.bank.max_open_time (29s) is below its open_time (30s)",
        ),
    ],
)
def test_values_that_contradict_each_other_are_named_with_a_remedy(
    sections: dict[str, Any],
    keys: tuple[str, ...],
    words: str,
) -> None:
    [(found, message)] = _found(**sections)

    assert found == keys
    assert words in message


@pytest.mark.parametrize(
    "sections",
    [
        {"kafka": {"heartbeat_interval": "100ms", "session_timeout": "300ms"}},
        {"kafka": {"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "GSSAPI"}},
        {
            "kafka": {
                "security_protocol": "SASL_SSL",
                "sasl_username": "u",
                "sasl_password": "p",
                "ssl_cafile": "ca.pem",
            },
        },
        {"kafka": {"security_protocol": "SSL", "ssl_certfile": "c", "ssl_keyfile": "k"}},
        {"topics": {"audit": ""}},
        {"breakers": {"processors": {"a": {"open_time": "5m"}}, "max_open_time": "5m"}},
        {"retry": {"bindings": [{"event_type": "a", "criticality": "high"}]}},
        {
            "retry": {
                "policies": {"mine": {}},
                "default_policy": "mine",
                "bindings": [{"event_type": "a", "policy": "mine"}],
            },
        },
    ],
)
def test_values_that_agree_are_left_alone(sections: dict[str, Any]) -> None:
    assert _found(**sections) == []


def test_settings_that_disagree_cannot_be_built() -> None:
    with pytest.raises(ValidationError, match=r"commit\.deadline .*; topics\.input"):
        Settings.model_validate(
            {"commit": {"deadline": 60}, "topics": {"results": "workflow-events"}},
        )
