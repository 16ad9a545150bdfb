"""How does one story differ from another in what is set?"""

from collections.abc import Callable, Mapping
from typing import Any

from config.settings import Settings
from consumer.core.output import OutputRecord, TopicRole
from tests.builders import a_settings

WINDOW_SECONDS = 100.0


def world_settings(variant: Mapping[str, Any]) -> Settings:
    """Return settings in which little is enough to reach a limit; *variant* by key."""
    retry = {name: variant[name] for name in ("on_dead_letter",) if name in variant}
    slow = {"max_attempts": 3, "base_delay": 5, "jitter": "none", "max_delay": 20}
    dedup = {name: variant[name] for name in ("on_duplicate", "on_conflict") if name in variant}
    records = variant.get("max_in_flight_records", 1000)
    return a_settings(
        dedup={"window": WINDOW_SECONDS, **dedup},
        retry={"policies": {"slow": slow}, "default_policy": "slow", **retry},
        processing={
            "timeout": 100_000,
            "drain_timeout": 5,
            "concurrency": 8,
            "max_in_flight_records": records,
            "guarantee": variant.get("guarantee", "exactly_once"),
        },
        kafka={"rebalance_timeout": 12, "session_timeout": 10, "heartbeat_interval": 1},
        commit={"max_events": 3},
    )


def refuser(event_id: str | None) -> Callable[[TopicRole, OutputRecord], str | None]:
    """Return who refuses the result of an event, where one is named."""
    named = f'"event_id":"{event_id}"'.encode()

    def refuses(role: TopicRole, record: OutputRecord) -> str | None:
        value = record.value or b""
        refused = role == "results" and named in value and b'"status":"success"' in value
        return "invalid timestamp" if refused else None

    return refuses
