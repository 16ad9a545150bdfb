"""Which metrics tell of what waits in the ledger?

Part of the ``catalogue``.
"""

from consumer.telemetry.metric import AGES, Metric

PARKED_EVENTS = Metric(
    "everonce_parked_events",
    "gauge",
    "Events that wait in the ledger, for their next attempt or behind one of their key. Growing: "
    "mend what fails, `everonce retries list` names it; at retry.max_parked intake pauses.",
    ("policy",),
)
PARKED_OLDEST_AGE = Metric(
    "everonce_parked_oldest_age_seconds",
    "gauge",
    "Since the longest parked event was parked; 0 where none is. Above what the policies allow: "
    "its key waits for somebody, `everonce retries list --held` shows for which letter.",
)
PARKED_OVERDUE = Metric(
    "everonce_parked_overdue_seconds",
    "gauge",
    "Since the longest due parked event was due and has not begun to run; 0 where none is due. "
    "High: what was missed is being caught up with (retry.catch_up_rate), or there is no room for "
    "more in flight.",
)
EVENTS_PARKED = Metric(
    "everonce_events_parked_total",
    "counter",
    "Events parked in the ledger, once their commit is visible, each time anew; those that wait "
    "behind one of their key are among them. Rising: see everonce_retries_total for the cause.",
    ("policy",),
)
DUE_LATENESS = Metric(
    "everonce_due_lateness_seconds",
    "histogram",
    "How late parked events began to run, after they were due. High after a stop: they are caught "
    "up with at retry.catch_up_rate; high otherwise: the process has no room for more in flight.",
    (),
    AGES,
)

PARKED_METRICS = tuple(
    declared for declared in list(globals().values()) if isinstance(declared, Metric)
)
"""Every metric of this file, in its order."""
