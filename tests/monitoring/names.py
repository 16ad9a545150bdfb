"""Which metrics does a query ask for, and which are there?"""

import re

from consumer.telemetry.catalogue import CATALOGUE
from tests.monitoring.alert_case import rule_groups

FOREIGN = frozenset({"up", "process_start_time_seconds", "process_cpu_seconds_total"}) | {
    "process_resident_memory_bytes"
}
"""Of Prometheus itself and of its client library."""

_STRINGS = re.compile(r'"[^"]*"')
_LABEL_LISTS = re.compile(r"\b(?:by|on|without|ignoring)\s*\([^)]*\)|\{[^}]*\}|\[[^\]]*\]")
_NAMES = re.compile(r"\b[a-zA-Z_][\w:]*\b(?!\s*\()")
_WORDS = frozenset({"and", "or", "unless", "offset", "bool", "by"})


def asked_for(query: str) -> set[str]:
    """Return the metrics that *query* names."""
    bare = _LABEL_LISTS.sub(" ", _STRINGS.sub("", query))
    return {name for name in _NAMES.findall(bare) if name not in _WORDS}


def there_are() -> set[str]:
    """Return every series that a scrape or a recording rule makes."""
    names = set(FOREIGN)
    for metric in CATALOGUE:
        if metric.type == "histogram":
            names |= {f"{metric.name}_{part}" for part in ("bucket", "sum", "count")}
        else:
            names.add(metric.name)
    rules = [rule for group in rule_groups() for rule in group["rules"]]
    return names | {rule["record"] for rule in rules if "record" in rule}
