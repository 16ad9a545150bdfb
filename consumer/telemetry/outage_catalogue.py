"""Which metrics tell of what is held back while a dependency fails?

Part of the ``catalogue``.
"""

from consumer.telemetry.metric import Metric

BREAKER_STATE = Metric(
    "everonce_breaker_state",
    "gauge",
    "1 for the state that the breaker of a dependency, or of a processor, is in; 0 for the others. "
    "open for long: what it names fails; mend that, the events wait for it.",
    ("dependency", "state"),
)
BREAKER_CHANGES = Metric(
    "everonce_breaker_changes_total",
    "counter",
    "Times a breaker went into a state. open often: the dependency is flaky, or the limits are too "
    "tight for its ordinary failures: raise breakers.failures or breakers.failure_rate.",
    ("dependency", "state"),
)
HELD_EVENTS = Metric(
    "everonce_held_events",
    "gauge",
    "Events that wait behind breakers and flood guards, no attempt spent. Above 0 for long: see "
    "everonce_breaker_state and everonce_guard_partitions for what holds them.",
)
FALLBACK_FAILURES = Metric(
    "everonce_fallback_failures_total",
    "counter",
    "Calls of a processor's fallback that failed; their events wait. Any: mend the fallback, the "
    "fallback.failed log line has its words.",
    ("processor",),
)
RETRY_BUDGET_WAITS = Metric(
    "everonce_retry_budget_waits_total",
    "counter",
    "Times a retry that was due had to wait longer for the retry budget. Many: much of what the "
    "processor does fails, see everonce_retries_total; mend that before raising retry.budget.",
    ("processor",),
)
GUARD_PARTITIONS = Metric(
    "everonce_guard_partitions",
    "gauge",
    "Partitions by the state of their flood guard. paused or probing: too much of them became dead "
    "letters; its log line says which, everonce_dead_letters_total why.",
    ("state",),
)
GUARD_CHANGES = Metric(
    "everonce_guard_changes_total",
    "counter",
    "Times a flood guard went into a state. paused any: look at the newest dead letters before the "
    "partition goes on by itself.",
    ("state",),
)

OUTAGE_METRICS = tuple(
    declared for declared in list(globals().values()) if isinstance(declared, Metric)
)
"""Every metric of this file, in its order."""
