"""Which panels show what fails, what waits, and what commits and ledger do?"""

from collections.abc import Sequence

from consumer.telemetry.grafana.panel import (
    Panel,
    Query,
    max_of,
    one,
    quantiles,
    rate_of,
    sum_of,
)

_RETRIES = (
    Panel(
        "Retries by code",
        "everonce_retries_total",
        "ops",
        one(rate_of("everonce_retries_total", "code"), "{{code}}"),
        is_stacked=True,
    ),
    Panel(
        "Attempts that are repeated",
        "everonce_retries_total",
        "percentunit",
        one('job:everonce_retries:ratio_rate5m{job="$job"}', "of all attempts"),
    ),
    Panel(
        "Attempts per event",
        "everonce_attempts_per_event",
        "none",
        quantiles("everonce_attempts_per_event"),
    ),
    Panel(
        "Parked by policy",
        "everonce_parked_events",
        "short",
        one(sum_of("everonce_parked_events", "policy"), "{{policy}}"),
        is_stacked=True,
    ),
    Panel(
        "Parked for, overdue for",
        "everonce_parked_oldest_age_seconds",
        "s",
        (
            Query(max_of("everonce_parked_oldest_age_seconds"), "oldest parked"),
            Query(max_of("everonce_parked_overdue_seconds"), "longest overdue"),
        ),
    ),
    Panel(
        "Late by",
        "everonce_due_lateness_seconds",
        "s",
        quantiles("everonce_due_lateness_seconds"),
    ),
    Panel(
        "Retries put off by the budget",
        "everonce_retry_budget_waits_total",
        "ops",
        one(rate_of("everonce_retry_budget_waits_total", "processor"), "{{processor}}"),
    ),
)
_LETTERS = (
    Panel(
        "Dead letters by code",
        "everonce_dead_letters_total",
        "ops",
        one(
            rate_of("everonce_dead_letters_total", "disposition, code"), "{{disposition}} {{code}}"
        ),
        is_stacked=True,
    ),
    Panel(
        "Open",
        "everonce_dead_letters_open",
        "short",
        one(sum_of("everonce_dead_letters_open"), "letters"),
    ),
    Panel(
        "Oldest open, of its topic's retention",
        "everonce_dead_letter_oldest_age_seconds",
        "percentunit",
        one('job:everonce_dead_letter_oldest:ratio_retention{job="$job"}', "used up"),
    ),
    Panel(
        "Keys held by letters",
        "everonce_held_keys",
        "short",
        one(sum_of("everonce_held_keys"), "keys"),
    ),
    Panel(
        "Operators' acts",
        "everonce_acts_total",
        "ops",
        one(rate_of("everonce_acts_total", "act, outcome"), "{{act}} {{outcome}}"),
    ),
)
_OUTAGES = (
    Panel(
        "Breakers not closed",
        "everonce_breaker_state",
        "none",
        one(
            'max by (dependency, state) (everonce_breaker_state{job="$job", state!="closed"})',
            "{{dependency}} {{state}}",
        ),
    ),
    Panel(
        "Flood guards",
        "everonce_guard_partitions",
        "short",
        one(sum_of("everonce_guard_partitions", "state"), "{{state}}"),
        is_stacked=True,
    ),
    Panel(
        "Events held by them",
        "everonce_held_events",
        "short",
        one(sum_of("everonce_held_events"), "events"),
    ),
)
_COMMITS = (
    Panel(
        "Group commits",
        "everonce_commit_duration_seconds",
        "s",
        quantiles("everonce_commit_duration_seconds"),
    ),
    Panel(
        "Events per commit",
        "everonce_commit_events",
        "short",
        one(
            f"{rate_of('everonce_commit_events_sum')} / {rate_of('everonce_commit_events_count')}",
            "events",
        ),
    ),
    Panel(
        "Sessions lost",
        "everonce_sessions_lost_total",
        "ops",
        one(rate_of("everonce_sessions_lost_total", "reason"), "{{reason}}"),
    ),
    Panel(
        "Partitions by state",
        "everonce_partitions",
        "short",
        one(sum_of("everonce_partitions", "state"), "{{state}}"),
        is_stacked=True,
    ),
    Panel(
        "Assignments, failed polls",
        "everonce_assignment_changes_total",
        "ops",
        (
            Query(rate_of("everonce_assignment_changes_total"), "assignment changes"),
            Query(rate_of("everonce_source_failures_total"), "failed polls"),
        ),
    ),
    Panel(
        "CPU and memory",
        "everonce_build_info",
        "short",
        (
            Query(
                'sum by (job) (rate(process_cpu_seconds_total{job="$job"}[$__rate_interval]))',
                "cores",
            ),
            Query('sum by (job) (process_resident_memory_bytes{job="$job"}) / 1e9', "GB"),
        ),
    ),
)
_LEDGER = (
    Panel(
        "Entries by partition",
        "everonce_ledger_entries",
        "short",
        one(sum_of("everonce_ledger_entries", "partition"), "{{partition}}"),
        is_stacked=True,
    ),
    Panel(
        "Forgotten",
        "everonce_ledger_evicted_total",
        "ops",
        (
            Query(rate_of("everonce_ledger_expired_total"), "expired"),
            Query(rate_of("everonce_ledger_evicted_total"), "evicted before their time"),
        ),
    ),
    Panel(
        "Restores",
        "everonce_restore_seconds",
        "s",
        quantiles("everonce_restore_seconds"),
    ),
)

FAILURE_ROWS: dict[str, Sequence[Panel]] = {
    "Retries and parked events": _RETRIES,
    "Dead letters": _LETTERS,
    "Breakers and flood guards": _OUTAGES,
    "Commits and sessions": _COMMITS,
    "Ledger": _LEDGER,
}
"""Panels by the title of their row, in order."""
