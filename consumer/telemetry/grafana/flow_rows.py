"""Which panels show what comes in, what is settled, and how long it takes?"""

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

_OVERVIEW = (
    Panel(
        "Processes ready",
        "everonce_ready",
        "none",
        one(sum_of("everonce_ready"), "ready"),
        "stat",
    ),
    Panel(
        "Settled",
        "everonce_events_settled_total",
        "ops",
        one('sum(job_outcome:everonce_events_settled:rate5m{job="$job"})', "events"),
        "stat",
    ),
    Panel(
        "Lag",
        "everonce_lag_records",
        "short",
        one('job:everonce_lag_records:sum{job="$job"}', "records"),
        "stat",
        alarm=1000,
    ),
    Panel(
        "Become dead letters",
        "everonce_dead_letters_total",
        "percentunit",
        one('job:everonce_dead_letters:ratio_rate5m{job="$job"}', "of all events"),
        "stat",
        alarm=0.05,
    ),
    Panel(
        "Open dead letters",
        "everonce_dead_letters_open",
        "short",
        one('job:everonce_dead_letters_open:sum{job="$job"}', "letters"),
        "stat",
        alarm=100,
    ),
    Panel(
        "Breakers not closed",
        "everonce_breaker_state",
        "none",
        one(
            'count(max by (dependency) (everonce_breaker_state{job="$job", state!="closed"}) > 0) '
            "or vector(0)",
            "breakers",
        ),
        "stat",
        alarm=1,
    ),
)
_THROUGHPUT = (
    Panel(
        "Settled by outcome",
        "everonce_events_settled_total",
        "ops",
        one(rate_of("everonce_events_settled_total", "outcome"), "{{outcome}}"),
        is_stacked=True,
    ),
    Panel(
        "Read",
        "everonce_records_consumed_total",
        "ops",
        one(rate_of("everonce_records_consumed_total", "topic"), "{{topic}}"),
    ),
    Panel(
        "Attempts by result",
        "everonce_attempts_total",
        "ops",
        one(rate_of("everonce_attempts_total", "processor, result"), "{{processor}} {{result}}"),
    ),
    Panel(
        "Success by processor",
        "everonce_attempts_total",
        "percentunit",
        one(
            'job_processor:everonce_attempts_success:ratio_rate5m{job="$job"}',
            "{{processor}}",
        ),
    ),
    Panel(
        "Lag by partition",
        "everonce_lag_records",
        "short",
        one(sum_of("everonce_lag_records", "partition"), "{{partition}}"),
    ),
    Panel(
        "In flight",
        "everonce_in_flight_events",
        "short",
        (
            Query(sum_of("everonce_in_flight_events"), "in flight"),
            Query(sum_of("everonce_running_attempts"), "attempts running"),
            Query(sum_of("everonce_waiting_retries"), "retries waiting"),
        ),
    ),
    Panel(
        "Intake stopped by",
        "everonce_intake_paused",
        "none",
        one(max_of("everonce_intake_paused", "bound"), "{{bound}}"),
    ),
    Panel(
        "Duplicates",
        "everonce_duplicates_total",
        "ops",
        one('job_kind:everonce_duplicates:rate5m{job="$job"}', "{{kind}}"),
    ),
)
_LATENCY = (
    Panel(
        "End to end", "everonce_end_to_end_seconds", "s", quantiles("everonce_end_to_end_seconds")
    ),
    Panel(
        "Attempts by processor",
        "everonce_attempt_duration_seconds",
        "s",
        quantiles("everonce_attempt_duration_seconds", "processor"),
    ),
    Panel(
        "Since a partition moved",
        "everonce_progress_age_seconds",
        "s",
        one(max_of("everonce_progress_age_seconds", "partition"), "{{partition}}"),
    ),
    Panel(
        "Event loop blocked",
        "everonce_loop_lag_seconds",
        "s",
        one(max_of("everonce_loop_lag_seconds", "instance"), "{{instance}}"),
    ),
)

FLOW_ROWS: dict[str, Sequence[Panel]] = {
    "Overview": _OVERVIEW,
    "Throughput": _THROUGHPUT,
    "Latency": _LATENCY,
}
"""Panels by the title of their row, in order."""
