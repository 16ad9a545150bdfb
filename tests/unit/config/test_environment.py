"""Does the environment become settings, and is a misspelt variable found?"""

import pytest

from config.environment import read_environment


def test_variables_become_sections_with_keys_and_remember_their_names() -> None:
    reading = read_environment(
        {"EVERONCE_KAFKA__GROUP_ID": "billing", "everonce_http__port": "0", "HOME": "/"},
    )

    assert reading.values == {"kafka": {"group_id": "billing"}, "http": {"port": "0"}}
    assert reading.origins == {
        ("kafka", "group_id"): "EVERONCE_KAFKA__GROUP_ID",
        ("http", "port"): "everonce_http__port",
    }
    assert reading.problems == []


def test_what_is_written_as_json_is_read_as_json_and_anything_else_is_left() -> None:
    reading = read_environment(
        {
            "EVERONCE_RETRY__POLICIES": '{"mine": {"max_attempts": 5}}',
            "EVERONCE_RETRY__BINDINGS": " [broken",
            "EVERONCE_DEDUP__FINGERPRINT_HEADERS": "5",
        },
    )

    assert reading.values == {
        "retry": {"policies": {"mine": {"max_attempts": 5}}, "bindings": " [broken"},
        "dedup": {"fingerprint_headers": "5"},
    }


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("EVERONCE_KAFKA_GROUP_ID", "EVERONCE_KAFKA__GROUP_ID"),
        ("EVERONCE_KAFAK__GROUP_ID", "EVERONCE_KAFKA__GROUP_ID"),
        ("EVERONCE_KAFKA__GROUP", "EVERONCE_KAFKA__GROUP_ID"),
        ("EVERONCE_HTTP_PORT", "EVERONCE_HTTP__PORT"),
        ("EVERONCE_KAFKA__GROUP_ID__X", "EVERONCE_KAFKA__GROUP_ID"),
    ],
)
def test_a_misspelt_variable_is_a_problem_that_names_the_nearest(name: str, meant: str) -> None:
    reading = read_environment({name: "secret"})

    [problem] = reading.problems
    assert reading.values == {}
    assert f"{name} is no setting: did you mean {meant}?" in str(problem)
    assert "secret" not in str(problem)


def test_a_variable_like_no_other_is_a_problem_too() -> None:
    [problem] = read_environment({"EVERONCE_": "", "EVERONCE_XYZZY__FOO": ""}).problems[1:]

    assert str(problem).startswith("EVERONCE_XYZZY__FOO is no setting: docs/configuration.md")


def test_a_section_is_meant_where_two_underscores_stand_whatever_follows() -> None:
    [problem] = read_environment({"EVERONCE_KAFKA__SERVICE_HOST": "10.0.0.1"}).problems

    assert "EVERONCE_KAFKA__SERVICE_HOST is no setting" in str(problem)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVERONCE_CONFIG", "everonce.yaml"),
        ("EVERONCE_CACHE_DIR", "cache"),
        ("EVERONCE_EXAMPLES_GATEWAY", "down"),
        ("EVERONCE_SERVICE_HOST", "10.0.0.1"),
        ("EVERONCE_SERVICE_PORT", "9464"),
        ("EVERONCE_SERVICE_PORT_HTTP", "9464"),
        ("EVERONCE_PORT", "tcp://10.0.0.1:9464"),
        ("EVERONCE_HTTP_PORT", "tcp://10.0.0.1:9464"),
        ("EVERONCE_PORT_9464_TCP", "tcp://10.0.0.1:9464"),
        ("EVERONCE_METRICS_PORT_9464_TCP_ADDR", "10.0.0.1"),
        ("EVERONCE_METRICS_SERVICE_PORT_HTTP", "9464"),
    ],
)
def test_our_other_variables_and_those_of_kubernetes_services_are_left_alone(
    name: str,
    value: str,
) -> None:
    reading = read_environment({name: value})

    assert reading.problems == []
    assert reading.values == {}
