"""Webhooks, their secret, and a collector: refused where they cannot work, never shown."""

from typing import get_args

import pytest
from pydantic import ValidationError

from config.loading import load_settings
from config.notify import NoticeKind, NotifySettings
from config.problems import SettingsError
from config.reference import effective
from config.tracing import TracingSettings

URL, SECRET = "https://hooks.example/T0/t0ken", "0123456789abcdef"


def environment(**keys: str) -> dict[str, str]:
    return {f"EVERONCE_NOTIFY__{name.upper()}": value for name, value in keys.items()}


def test_everything_is_told_unless_said_otherwise() -> None:
    assert set(NotifySettings().events) == set(get_args(NoticeKind))


def test_kinds_and_webhooks_are_lists_in_the_environment() -> None:
    settings = load_settings(
        environ=environment(
            urls=f"{URL},http://localhost:8080",
            secret=SECRET,
            events="breaker_opened, guard_paused",
        ),
    )
    assert settings.notify.events == ("breaker_opened", "guard_paused")
    assert [url.get_secret_value() for url in settings.notify.urls] == [
        URL,
        "http://localhost:8080",
    ]
    shown = str(effective(settings))
    assert "t0ken" not in shown
    assert SECRET not in shown


def test_nothing_is_told_where_no_event_is_named() -> None:
    assert load_settings(environ=environment(events="")).notify.events == ()


@pytest.mark.parametrize(
    ("keys", "words", "private"),
    [
        ({"urls": URL}, "notify.secret is missing", "t0ken"),
        ({"urls": "ftp://t0ken", "secret": SECRET}, "is no address of a webhook", "t0ken"),
        ({"urls": "https://", "secret": SECRET}, "is no address of a webhook", "0123"),
        ({"urls": URL, "secret": "short-s3cr3t"}, "fewer than 16 characters", "s3cr3t"),
        ({"events": "breaker_broke"}, "breaker_opened", "t0ken"),
    ],
    ids=["unsigned", "scheme", "no host", "short secret", "unknown kind"],
)
def test_what_cannot_work_is_refused_and_no_secret_is_shown(
    keys: dict[str, str], words: str, private: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(environ=environment(**keys))
    message = str(refused.value)
    assert words in message
    assert private not in message


@pytest.mark.parametrize("endpoint", ["", "collector:4318", "grpc://collector"])
def test_collector_is_an_address(endpoint: str) -> None:
    with pytest.raises(ValidationError, match="is no address of a collector"):
        TracingSettings(endpoint=endpoint)
