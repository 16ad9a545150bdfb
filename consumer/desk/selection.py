"""Which letters are meant?"""

from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase

from consumer.desk.letters import Letter

ANY = frozenset[str]()
"""Asks nothing."""
OPEN = frozenset({"open"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a letter must be like; None and an empty collection ask nothing."""

    codes: Collection[str] = ANY
    """Error codes; the code of the last failure counts as well as that of the limit."""
    dispositions: Collection[str] = ANY
    processors: Collection[str] = ANY
    """Names, or patterns as in a shell: *.charge_card"""
    type_pattern: str | None = None
    """Of event types, as in a shell: invoice.*"""
    workflow_id: str | None = None
    key: bytes | None = None
    since: float | None = None
    """Given up at or after it; seconds since the epoch."""
    until: float | None = None
    """Given up before it; seconds since the epoch."""
    text: str | None = None
    """Found anywhere in the letter, whatever its case."""
    group: str | None = None
    """Id of a group, or its beginning."""
    states: Collection[str] = OPEN
    partition: int | None = None
    dlq_ids: Collection[str] = ANY

    def wants(self, letter: Letter, value: bytes = b"") -> bool:
        """Whether *letter* is meant.

        Args:
            letter: The summary.
            value: The letter as it stands in the topic, for a text to be looked for in.
        """
        return (
            (not self.states or letter.state in self.states)
            and self.partition in (None, letter.partition)
            and (not self.codes or letter.code in self.codes or letter.cause in self.codes)
            and (not self.dispositions or letter.disposition in self.dispositions)
            and (not self.processors or _matches(letter.processor, self.processors))
            and self.workflow_id in (None, letter.workflow_id)
            and self.key in (None, letter.key)
            and (self.since is None or letter.timestamp >= self.since)
            and (self.until is None or letter.timestamp < self.until)
            and (self.group is None or letter.group.startswith(self.group))
            and (not self.dlq_ids or letter.dlq_id in self.dlq_ids)
            and (
                self.type_pattern is None or fnmatchcase(letter.event_type or "", self.type_pattern)
            )
            and (self.text is None or _has_text(self.text, letter, value))
        )


def _matches(name: str | None, patterns: Collection[str]) -> bool:
    return any(fnmatchcase(name or "", pattern) for pattern in patterns)


def _has_text(text: str, letter: Letter, value: bytes) -> bool:
    wanted = text.lower()
    if wanted.encode() in value.lower():
        return True
    texts = (
        letter.message,
        letter.code,
        letter.cause,
        letter.event_id,
        letter.event_type,
        letter.workflow_id,
        letter.error_type,
        (letter.key or b"").decode("utf-8", "replace"),
    )
    return any(wanted in each.lower() for each in texts if each)
