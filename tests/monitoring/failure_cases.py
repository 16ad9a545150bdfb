"""When do the alerts about breakers, retries, parking and flood guards fire?"""

from tests.monitoring.alert_case import Case

EVERONCE = {"job": "everonce"}
BREAKER = 'everonce_breaker_state{job="everonce", instance="%s", dependency="payments", state="%s"}'
RETRIES = 'everonce_retries_total{job="everonce", policy="standard", code="TIMEOUT"}'
ATTEMPTS = 'everonce_attempts_total{job="everonce", processor="charge", result="%s"}'
OVERDUE = 'everonce_parked_overdue_seconds{job="everonce", instance="%s"}'
GUARD = 'everonce_guard_partitions{job="everonce", instance="a", state="%s"}'

FAILURE_CASES = (
    Case(
        "EveronceBreakerOpen",
        "it probes now and then and opens again",
        {
            BREAKER % ("a", "open"): "1 1 0 1 1 0 1 1",
            BREAKER % ("a", "half_open"): "0 0 1 0 0 1 0 0",
            BREAKER % ("a", "closed"): "0x8",
        },
        "5m",
        [(EVERONCE | {"dependency": "payments"}, "The breaker of payments is open")],
    ),
    Case(
        "EveronceBreakerOpen",
        "it closed within two minutes",
        {
            BREAKER % ("a", "open"): "0 1 1 0 0 0",
            BREAKER % ("a", "half_open"): "0x6",
            BREAKER % ("a", "closed"): "1 0 0 1 1 1",
        },
        "4m",
    ),
    Case(
        "EveronceRetryStorm",
        "two thirds of all attempts are repeated",
        {RETRIES: "0+120x20", ATTEMPTS % "transient": "0+120x20", ATTEMPTS % "success": "0+60x20"},
        "15m",
        [(EVERONCE, "66.67% of all attempts fail and are repeated")],
    ),
    Case(
        "EveronceRetryStorm",
        "one attempt of ten is repeated",
        {
            RETRIES: "0+120x20",
            ATTEMPTS % "transient": "0+120x20",
            ATTEMPTS % "success": "0+1080x20",
        },
        "15m",
    ),
    Case(
        "EveronceRetryStorm",
        "one event an hour is tried four times",
        {
            RETRIES: "0x10 3x10",
            ATTEMPTS % "transient": "0x10 3x10",
            ATTEMPTS % "success": "0x10 1x10",
        },
        "14m",
    ),
    Case(
        "EveronceParkedLate",
        "one process does not get to them",
        {OVERDUE % "a": "0+60x10", OVERDUE % "b": "0x10"},
        "10m",
        [(EVERONCE, "Parked events run 10m 0s late")],
    ),
    Case(
        "EveronceParkedLate", "a burst is caught up with", {OVERDUE % "a": "0 90 90 90 0 0 0"}, "6m"
    ),
    Case(
        "EveronceGuardPaused",
        "two partitions are held, one of them probes",
        {GUARD % "paused": "1x5", GUARD % "probing": "1x5", GUARD % "passing": "2x5"},
        "3m",
        [(EVERONCE, "2 partitions are paused by their flood guard")],
    ),
    Case(
        "EveronceGuardPaused",
        "all pass",
        {GUARD % "paused": "0x5", GUARD % "probing": "0x5", GUARD % "passing": "4x5"},
        "3m",
    ),
)
