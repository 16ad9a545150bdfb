"""Which metrics tell of the process itself?

Part of the ``catalogue``.
"""

from consumer.telemetry.metric import Metric

LOOP_LAG = Metric(
    "everonce_loop_lag_seconds",
    "gauge",
    "Longest time in the last minute that something blocked the event loop. Above 1: make that "
    "processor a plain function, it then runs in a thread.",
)
READY = Metric(
    "everonce_ready",
    "gauge",
    "1 while the process is assigned and restored. 0 for long: `/health/ready` says why.",
)
TELEMETRY_FAILURES = Metric(
    "everonce_telemetry_failures_total",
    "counter",
    "Facts that a sink could not take. Any: a defect of Everonce; the figures or log lines of that "
    "sink have gaps, report the telemetry.failed log line.",
    ("sink",),
)
BUILD_INFO = Metric(
    "everonce_build_info",
    "info",
    "Always 1; says what runs. Two versions for long: a rolling deploy is stuck.",
    ("version", "python"),
)

PROCESS_METRICS = tuple(
    declared for declared in list(globals().values()) if isinstance(declared, Metric)
)
"""Every metric of this file, in its order."""
