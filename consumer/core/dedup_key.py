"""Under which key does the ledger know an event?

Ledger keys have a prefix by kind, so that no event id can be taken for a reserved key.
"""

import string
from collections.abc import Callable
from typing import Any

from processors.contract import WorkflowEvent

DedupKey = Callable[[WorkflowEvent[Any], str], str]
EVENT_PREFIX = "e:"
TEMPLATE_PREFIX = "k:"
CONTENT_PREFIX = "c:"
COORDINATES_PREFIX = "r:"
PROGRESS_KEY = "progress"


def dedup_key_for(template: str) -> DedupKey:
    """Return the function from event and fingerprint to ledger key.

    A field that the event does not have makes the key fall back to its event id.  Templates come
    from settings, which have checked them.
    """
    if template == "{event_id}":
        return lambda event, _fingerprint: EVENT_PREFIX + event.event_id
    parsed = string.Formatter().parse(template)
    names = tuple({field for _, field, _, _ in parsed if field is not None})

    def key(event: WorkflowEvent[Any], fingerprint: str) -> str:
        values: dict[str, Any] = {
            name: fingerprint if name == "fingerprint" else getattr(event, name) for name in names
        }
        if any(value is None or value == "" for value in values.values()):
            return EVENT_PREFIX + event.event_id
        return TEMPLATE_PREFIX + template.format(**values)

    return key


def content_key(key: str, fingerprint: str) -> str:
    """Return the key of another content of a known id, where such events are processed."""
    return f"{CONTENT_PREFIX}{fingerprint}:{key}"


def is_coordinates(key: str) -> bool:
    """Whether *key* is that of a record without an event id of its own."""
    return key.startswith(COORDINATES_PREFIX)


def coordinates_key(topic: str, partition: int, offset: int | str) -> str:
    """Return the key of a record that has no event id of its own: poison, or a conflict."""
    return f"{COORDINATES_PREFIX}{topic}/{partition}/{offset}"
