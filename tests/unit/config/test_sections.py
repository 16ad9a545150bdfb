"""Is a value that cannot be meant refused by its section?"""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from config.connection import KafkaSettings
from config.dedup import DedupSettings
from config.failures import ClassificationRule
from config.policies import BUILT_IN, PolicyBinding, RetryPolicy
from config.processing import ProcessingSettings, ProcessorSettings
from config.retries import RetrySettings
from config.topics import TopicSettings


def _refusal(model: type[BaseModel], values: Mapping[str, Any]) -> str:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(values)
    return str(refused.value)


@pytest.mark.parametrize(
    "servers",
    ["localhost", "kafka-1:9092,kafka-2:9093", "a:1, b:2", "[::1]:9092", "10.0.0.1:65535"],
)
def test_servers_are_hosts_with_ports(servers: str) -> None:
    assert KafkaSettings(bootstrap_servers=servers).bootstrap_servers == servers


@pytest.mark.parametrize(
    "servers",
    [
        "",
        "a:1,",
        "PLAINTEXT://kafka:9092",
        "kafka:port",
        "kafka:0",
        "kafka:65536",
        "::1:9092",
        "a b",
    ],
)
def test_what_is_no_list_of_servers_is_refused(servers: str) -> None:
    assert "is not host:port" in _refusal(KafkaSettings, {"bootstrap_servers": servers})


def test_an_empty_optional_value_is_none() -> None:
    kafka = KafkaSettings.model_validate({"static_member_id": "", "sasl_password": ""})

    assert kafka.static_member_id is None
    assert kafka.sasl_password is None


def test_more_bytes_than_the_protocol_can_say_are_refused() -> None:
    assert "less than" in _refusal(KafkaSettings, {"fetch_max_bytes": 2**31})


@pytest.mark.parametrize("name", ["", ".", "..", "a b", "a/b", "a:b", "ä", "x" * 250, "a\n"])
def test_a_name_that_kafka_would_refuse_is_refused_before(name: str) -> None:
    assert "is no name for a topic" in _refusal(TopicSettings, {"input": name})


def test_an_empty_audit_topic_switches_audit_off_and_an_empty_input_is_an_error() -> None:
    assert TopicSettings(audit="").audit is None
    assert TopicSettings(audit=None).audit is None
    assert "is no name" in _refusal(TopicSettings, {"input": ""})


@pytest.mark.parametrize("module", ["examples/greetings.py", "a..b", "my-module", "a b"])
def test_what_cannot_be_imported_by_name_is_refused(module: str) -> None:
    assert "is no import path" in _refusal(ProcessorSettings, {"modules": [module]})


def test_no_module_at_all_is_refused() -> None:
    assert "no module is named" in _refusal(ProcessorSettings, {"modules": ""})


def test_a_transaction_of_2000_events_fits_in_flight_for_8_partitions() -> None:
    assert ProcessingSettings().max_in_flight_records == 8 * 2000


@pytest.mark.parametrize(
    "template",
    [
        "{event_id}",
        "{workflow_id}:{fingerprint}",
        "{event_type}:{occurred_at:%Y-%m-%d}",
        "{occurred_at}",
        "{{literal}}{idempotency_key}{occurred_at:%%%H}",
    ],
)
def test_a_template_of_known_fields_is_accepted(template: str) -> None:
    assert DedupSettings(key=template).key == template


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("", "names no field"),
        ("constant", "names no field"),
        ("{{event_id}}", "names no field"),
        ("{event_id", "is no template"),
        ("{}", "{} is not a field"),
        ("{id}", "{id} is not a field"),
        ("{event_id.__class__}", "is not a field"),
        ("{event_id!r}", "leave out !r"),
        ("{event_id:>10}", "only occurred_at takes a format"),
        ("{event_id}{occurred_at:%Q}", "%Q is no format code"),
        ("{occurred_at:%Y%}", "% is no format code"),
        ("{occurred_at:daily}", "says nothing of the time"),
        ("{occurred_at:%%}", "says nothing of the time"),
    ],
)
def test_a_template_that_makes_no_key_is_refused(template: str, message: str) -> None:
    assert message in _refusal(DedupSettings, {"key": template})


@pytest.mark.parametrize(
    ("key", "duplicates", "conflicts"),
    [
        ("{event_id}", "drop", "dead_letter"),
        ("{workflow_id}", "answer", "answer"),
        ("{{event_id}}{workflow_id}", "answer", "answer"),
    ],
)
def test_the_first_wins_only_where_the_key_is_no_event_id(
    key: str,
    duplicates: str,
    conflicts: str,
) -> None:
    dedup = DedupSettings(key=key)

    assert (dedup.duplicates, dedup.conflicts) == (duplicates, conflicts)


def test_what_the_settings_say_of_duplicates_wins_over_the_template() -> None:
    dedup = DedupSettings(on_duplicate="answer", on_conflict="process")

    assert (dedup.duplicates, dedup.conflicts) == ("answer", "process")


@pytest.mark.parametrize(
    ("values", "keeps"),
    [
        ({}, False),
        ({"keep_result": True}, True),
        ({"on_duplicate": "answer"}, True),
        ({"key": "{workflow_id}"}, True),
    ],
)
def test_results_are_kept_where_duplicates_are_answered(
    values: dict[str, Any],
    keeps: bool,
) -> None:
    assert DedupSettings.model_validate(values).keeps_results is keeps


def test_what_is_given_for_a_built_in_policy_keeps_its_other_limits() -> None:
    retry = RetrySettings.model_validate({"policies": {"standard": {"max_attempts": 9}}})

    assert retry.named()["standard"] == BUILT_IN["standard"].model_copy(update={"max_attempts": 9})


def test_a_policy_of_ones_own_begins_with_the_defaults() -> None:
    retry = RetrySettings.model_validate({"policies": {"mine": {"max_attempts": 9}}})

    assert retry.named()["mine"] == RetryPolicy(max_attempts=9)
    assert retry.named()["default"] == BUILT_IN["default"]


def test_a_policy_given_as_a_model_is_taken_as_it_is() -> None:
    policy = RetryPolicy(max_attempts=9)

    assert RetrySettings(policies={"standard": policy}).named()["standard"] is policy


@pytest.mark.parametrize("policies", [5, {"Bad Name": {}}, {"": {}}, {"mine": 5}])
def test_policies_that_are_no_policies_are_refused(policies: object) -> None:
    assert _refusal(RetrySettings, {"policies": policies})


def test_a_policy_whose_delays_contradict_each_other_says_which_to_change() -> None:
    said = _refusal(RetryPolicy, {"base_delay": "2s", "max_delay": "500ms"})

    assert "max_delay (500ms) is below base_delay (2s): raise the first or lower the second" in said


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (RetryPolicy, {"retryable": "/(/"}),
        (RetryPolicy, {"multiplier": float("nan")}),
        (RetryPolicy, {"max_attempt": 3}),
        (RetryPolicy, {"disabled_codes": ["no code"]}),
        (PolicyBinding, {"event_type": "", "policy": "fast"}),
        (PolicyBinding, {"event_type": "a", "criticality": "extreme"}),
        (RetrySettings, {"disabled_codes": "no code"}),
        (RetrySettings, {"budget": 0}),
        (RetrySettings, {"budget": 1.5}),
        (RetrySettings, {"budget_floor": 1}),
        (RetrySettings, {"catch_up_rate": 0}),
        (RetrySettings, {"catch_up_rate": float("inf")}),
        (RetrySettings, {"max_parked": 0}),
        (RetrySettings, {"max_parked_bytes": -1}),
        (RetrySettings, {"on_dead_letter": "drop"}),
        (RetrySettings, {"in_memory_max": "-1s"}),
        (ClassificationRule, {"match": "//", "classify": "permanent"}),
        (ClassificationRule, {"match": "E", "classify": "permanent", "code": "no code"}),
    ],
)
def test_a_limit_that_cannot_be_meant_is_refused(
    model: type[BaseModel],
    values: dict[str, Any],
) -> None:
    assert _refusal(model, values)


@pytest.mark.parametrize(
    ("values", "said"),
    [({}, "neither"), ({"policy": "fast", "criticality": "high"}, "both")],
)
def test_a_binding_is_to_a_policy_or_to_a_criticality(values: dict[str, str], said: str) -> None:
    message = f"the binding of 'a' names {said} of policy and criticality: give one of them"

    assert message in _refusal(PolicyBinding, {"event_type": "a", **values})


def test_what_is_switched_off_for_all_is_switched_off_in_every_policy() -> None:
    retry = RetrySettings.model_validate(
        {
            "disabled_codes": ["TIMEOUT", "RATE_LIMITED"],
            "policies": {"mine": {"disabled_codes": ["CARD_DECLINED", "TIMEOUT"]}},
        },
    )

    assert retry.named()["mine"].disabled_codes == ("CARD_DECLINED", "TIMEOUT", "RATE_LIMITED")
    assert retry.named()["fast"].disabled_codes == ("TIMEOUT", "RATE_LIMITED")
    assert all(policy.enabled for policy in retry.named().values())
    assert not any(policy.enabled for policy in RetrySettings(enabled=False).named().values())


def test_lists_of_a_policy_may_be_written_in_one_line() -> None:
    policy = RetryPolicy.model_validate(
        {"retryable": "OSError,/a (b|c)/", "retryable_status_codes": "408, 503"},
    )

    assert policy.retryable == ("OSError", "/a (b|c)/")
    assert policy.retryable_status_codes == (408, 503)
