"""What does an operator read about the metrics?"""

from consumer.telemetry.catalogue import CATALOGUE
from consumer.telemetry.metric import Metric

_HEAD = """# Metrics

Generated from `consumer/telemetry/catalogue.py`; do not edit.

Read at `/metrics` of `http.host`:`http.port`, as OpenMetrics or in Prometheus' own text format,
whichever is asked for. Beside them are the `process_*` metrics that every Prometheus client has
(CPU, memory, open files).

Labels are closed or bounded sets, never ids, keys or offsets. Error codes outside the table of
[error codes](error-codes.md) keep their own name up to 32 of them; further ones are counted as
`OTHER`. Reasons (16), processors (256) and policies (64) beyond their bound are counted as
`other`.

What comes from a group commit (settled events, successful attempts, dead letters, duplicates,
answers) is counted once the commit is visible; failed attempts are counted at once.

| name | type | labels | what it is, and what to do |
| --- | --- | --- | --- |
"""


def metrics_markdown() -> str:
    """Return ``docs/metrics.md``."""
    return _HEAD + "".join(_row(metric) for metric in CATALOGUE)


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels) or "none"
    return f"| `{metric.name}` | {metric.type} | {labels} | {metric.help} |\n"
