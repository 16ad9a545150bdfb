"""Do file and environment become settings, or one complete report?"""

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from config.loading import load_settings
from config.problems import Problem, SettingsError
from config.settings import Settings
from config.wording import explanation


def _file(folder: Path, text: str) -> Path:
    file = folder / "everonce.yaml"
    file.write_text(text)
    return file


def _problems(path: Path | None = None, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load_settings(path, environ or {})
    return [str(problem) for problem in refused.value.problems]


def test_nothing_said_means_the_defaults() -> None:
    assert load_settings(None, {}) == Settings()


def test_settings_built_by_hand_do_not_read_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EVERONCE_KAFKA__GROUP_ID", "other")

    assert Settings().kafka.group_id == "everonce"


def test_the_process_environment_is_read_where_no_other_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EVERONCE_KAFKA__GROUP_ID", "billing")

    assert load_settings().kafka.group_id == "billing"


def test_the_environment_wins_over_the_file_key_by_key(tmp_path: Path) -> None:
    file = _file(
        tmp_path,
        "kafka: {group_id: file, client_id: file}\n"
        "retry: {policies: {mine: {max_attempts: 3, jitter: none}}}\n",
    )
    settings = load_settings(
        file,
        {
            "EVERONCE_KAFKA__GROUP_ID": "environment",
            "EVERONCE_RETRY__POLICIES": '{"mine": {"max_attempts": 5}}',
        },
    )

    assert settings.kafka.group_id == "environment"
    assert settings.kafka.client_id == "file"
    assert settings.retry.policies["mine"].max_attempts == 5
    assert settings.retry.policies["mine"].jitter == "none"


def test_the_environment_may_name_the_file_and_the_argument_wins(tmp_path: Path) -> None:
    file = _file(tmp_path, "kafka: {group_id: named}\n")
    (tmp_path / "other.yaml").write_text("kafka: {group_id: given}\n")
    environ = {"EVERONCE_CONFIG": str(file)}

    assert load_settings(None, environ).kafka.group_id == "named"
    assert load_settings(tmp_path / "other.yaml", environ).kafka.group_id == "given"
    assert load_settings(None, {"EVERONCE_CONFIG": ""}) == Settings()


def test_every_kind_of_value_can_come_from_the_environment() -> None:
    settings = load_settings(
        None,
        {
            "EVERONCE_KAFKA__SASL_PASSWORD": "hunter2",
            "EVERONCE_KAFKA__SASL_USERNAME": "me",
            "EVERONCE_KAFKA__SECURITY_PROTOCOL": "SASL_SSL",
            "EVERONCE_KAFKA__SSL_CHECK_HOSTNAME": "false",
            "EVERONCE_TOPICS__AUDIT": "",
            "EVERONCE_PROCESSORS__MODULES": "shop.orders, shop.invoices",
            "EVERONCE_PROCESSING__THREADS": "4",
            "EVERONCE_COMMIT__LINGER_MAX": "1m30s",
            "EVERONCE_COMMIT__MAX_RATE": "12.5",
            "EVERONCE_DEDUP__FINGERPRINT_HEADERS": '["a", "b"]',
            "EVERONCE_RETRY__BINDINGS": '[{"event_type": "invoice.*", "policy": "fast"}]',
            "EVERONCE_CLASSIFICATION__RULES": '[{"match": "/late/", "classify": "permanent"}]',
        },
    )

    assert settings.kafka.sasl_password is not None
    assert settings.kafka.sasl_password.get_secret_value() == "hunter2"
    assert settings.kafka.ssl_check_hostname is False
    assert settings.topics.audit is None
    assert settings.processors.modules == ("shop.orders", "shop.invoices")
    assert settings.processing.threads == 4
    assert settings.commit.linger_max == 90.0
    assert settings.commit.max_rate == 12.5
    assert settings.dedup.fingerprint_headers == ("a", "b")
    assert settings.retry.bindings[0].policy == "fast"
    assert settings.classification.rules[0].match == "/late/"


@pytest.mark.parametrize("written", ["null", "''", "~", ""])
def test_audit_is_switched_off_in_the_file(tmp_path: Path, written: str) -> None:
    assert load_settings(_file(tmp_path, f"topics:\n  audit: {written}\n"), {}).topics.audit is None


def test_all_problems_of_file_and_environment_are_reported_at_once(tmp_path: Path) -> None:
    file = _file(
        tmp_path,
        "comit: {linger: 5}\n"
        "commit:\n"
        "  linger: 15x\n"
        "  lingr: 1\n"
        "  deadline: 60\n"
        "retry:\n"
        "  bindings:\n"
        "    - {policy: fast}\n"
        "dedup: 7\n",
    )

    problems = _problems(file, {"EVERONCE_HTTP_PORT": "1", "EVERONCE_HTTP__PORT": "-1"})

    listing = "docs/configuration.md lists all"
    assert problems == [
        (
            "EVERONCE_HTTP_PORT is no setting: did you mean EVERONCE_HTTP__PORT? "
            f"{listing}; write it like that, or unset it"
        ),
        f"comit ({file}:1): there is no such setting: did you mean commit? {listing}",
        f"retry.bindings.0.event_type ({file}:7): is missing",
        f"dedup = 7 ({file}:9): give it keys: it is a section",
        (
            f"commit.linger = '15x' ({file}:3): '15x' is not a duration: write it like 500ms, "
            "2s, 1m30s, 24h or 7d, or as a number of seconds"
        ),
        (
            f"commit.lingr ({file}:4): there is no such setting: did you mean commit.linger? "
            f"{listing}"
        ),
        "http.port = '-1' (EVERONCE_HTTP__PORT): give a number of at least 0",
        (
            "commit.deadline (1m) is not below kafka.transaction_timeout (30s): the broker would "
            "abort a commit we still wait for; raise the second or lower the first "
            f"(commit.deadline: {file}:5)"
        ),
    ]


def test_a_relation_is_not_judged_by_the_default_of_a_refused_value() -> None:
    [problem] = _problems(
        None,
        {"EVERONCE_COMMIT__DEADLINE": "60s", "EVERONCE_KAFKA__TRANSACTION_TIMEOUT": "90 s"},
    )

    assert problem.startswith("kafka.transaction_timeout = '90 s'")


def test_no_message_shows_a_secret(tmp_path: Path) -> None:
    file = _file(
        tmp_path,
        "kafka:\n  sasl_password: [hunter2]\n  ssl_keyfile_password: 1234567\n"
        "  sasl_pasword: hunter2\n",
    )

    problems = _problems(file, {"EVERONCE_KAFKA_SASL_PASSWORD": "hunter2"})

    assert len(problems) == 4
    assert not [problem for problem in problems if "hunter2" in problem or "1234567" in problem]


def test_a_secret_that_lacks_its_protocol_is_not_shown_either() -> None:
    [problem] = _problems(None, {"EVERONCE_KAFKA__SASL_PASSWORD": "hunter2"})

    assert "EVERONCE_KAFKA__SASL_PASSWORD" in problem
    assert "hunter2" not in problem


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kafka: {group_id: 5}", "give text; in a YAML file put it in quotes"),
        ("kafka: {group_id: ''}", "must not be empty"),
        ("kafka: {start: first}", "write 'earliest' or 'latest'"),
        ("kafka: {ssl_check_hostname: maybe}", "write true or false"),
        ("kafka: {fetch_max_bytes: 2147483648}", "give a number below 2147483648"),
        ("http: {port: 65536}", "give a number of at most 65535"),
        ("http: {port: http}", "give a whole number"),
        ("http: {port: 1.5}", "give a whole number"),
        ("http: {port: []}", "give a whole number"),
        ("processing: {threads: 0}", "give a number above 0"),
        ("commit: {max_rate: fast}", "give a number"),
        ("commit: {max_rate: .inf}", "give a finite number"),
        ("commit: {linger: []}", "give a number"),
        ("retry: {policies: [a]}", "give names with values"),
        ("retry: {policies: {A B: {}}}", "must match ^[a-z]"),
        ("retry: {policies: {a: 5}}", "give keys with values"),
        ("retry: {policies: {a: {1: 2}}}", "give a name that is text"),
        ("retry: {bindings: a}", "give a list"),
        ("processors: {modules: 5}", "give a list"),
        ("dedup: {key: '{id}'}", "{id} is not a field"),
    ],
)
def test_a_refused_value_says_what_to_write_instead(
    tmp_path: Path,
    text: str,
    words: str,
) -> None:
    [problem] = _problems(_file(tmp_path, text))

    assert words in problem


def test_a_long_value_is_shortened() -> None:
    [problem] = _problems(None, {"EVERONCE_KAFKA__SSL_CHECK_HOSTNAME": "x" * 200})

    assert "xxx..." in problem
    assert len(problem) < 200


def test_what_pydantic_says_is_passed_on_where_we_have_no_words_of_our_own() -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(bytes).validate_python(5)

    assert explanation(refused.value.errors()[0]) == "input should be a valid bytes"


def test_an_unreadable_file_does_not_hide_the_problems_of_the_environment(tmp_path: Path) -> None:
    problems = _problems(tmp_path / "none.yaml", {"EVERONCE_HTTP__PORT": "x"})

    assert [problem.split(":")[0] for problem in problems] == [
        str(tmp_path / "none.yaml"),
        "http.port = 'x' (EVERONCE_HTTP__PORT)",
    ]


def test_one_problem_is_counted_as_one() -> None:
    assert str(SettingsError([Problem("a.b", "is wrong")])) == (
        "1 problem in the settings:\n  a.b: is wrong"
    )
    assert str(SettingsError([Problem("", "wrong"), Problem("a", "b", "c", "d")])) == (
        "2 problems in the settings:\n  wrong\n  a = d (c): b"
    )
