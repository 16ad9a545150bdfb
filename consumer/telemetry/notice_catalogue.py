"""Which metrics tell whether people are told?

Part of the ``catalogue``.
"""

from consumer.telemetry.metric import Metric

NOTICES = Metric(
    "everonce_notices_total",
    "counter",
    "Notices that people were told, by kind; each is a notice.issued log line too. At "
    "notify.max_per_minute for long: much goes wrong at once, read the log and the metrics.",
    ("kind",),
)
NOTICE_DELIVERIES = Metric(
    "everonce_notice_deliveries_total",
    "counter",
    "Notices by what became of them at each webhook. failed or dropped any: the webhook is away or "
    "refuses; the notice.undelivered log line says which and why.",
    ("outcome",),
)
NOTICES_OVERLOOKED = Metric(
    "everonce_notices_overlooked_total",
    "counter",
    "Facts that nobody looked at for a notice, because too many came at once. Rising: a flood of "
    "dead letters; a new group among them may be told of late.",
)

NOTICE_METRICS = tuple(
    declared for declared in list(globals().values()) if isinstance(declared, Metric)
)
"""Every metric of this file, in its order."""
