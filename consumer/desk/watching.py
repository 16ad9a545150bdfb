"""Where is heard what has become of acts?

On the audit topic; where that is switched off, on the state topic, read from where they stood
before the first act was asked for.
"""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from pydantic import ValidationError

from config.settings import Settings
from consumer.core.act import Act
from consumer.core.audit_record import AuditRecord
from consumer.core.dedup_key import PROGRESS_KEY
from consumer.core.ledger_entry import Entry, LetterMark
from consumer.core.record import Record
from consumer.desk.ledger_lookup import entry_in
from consumer.desk.verdicts import Told, by_audit, by_entry, by_marks
from consumer.kafka.tap import Tap
from consumer.ports import LogBounds

Hear = Callable[[str, Told], None]
"""Told an act id and what is known of it, whenever that changes."""

_LETTER = b'"letter":'
_ABOUT_LETTERS = frozenset({"redrive", "discard"})
_PASSED_SECONDS = 3.0
"""The state topic is read so long after an act was passed before its silence means a refusal."""


class Watch(Protocol):
    """What follows a topic and says what has become of acts."""

    def expect(self, act: Act) -> None:
        """Say from now on what becomes of *act*; nothing is heard of others."""
        ...

    def forget(self, act_id: str) -> None:
        """Say no more about an act that is settled."""
        ...

    async def follow(self, spans: Mapping[int, LogBounds], hear: Hear) -> None:
        """Read on from where *spans* start, until cancelled.

        Raises:
            TapError: The topic cannot be read on.
            StateUnreadableError: A record of the state topic is no entry of this version.
        """
        ...

    def passed(self, act: Act) -> None:
        """Take note that the owner has committed past *act*."""
        ...


class AuditWatch:
    """Reads the audit topic."""

    def __init__(self, tap: Tap, topic: str) -> None:
        self._tap = tap
        self._topic = topic
        self._known: dict[bytes, Told | None] = {}

    def expect(self, act: Act) -> None:
        """Say from now on what becomes of *act*."""
        self._known.setdefault(act.act_id.encode(), None)

    def forget(self, act_id: str) -> None:
        """Say no more about an act."""
        self._known.pop(act_id.encode(), None)

    def passed(self, act: Act) -> None:
        """Nothing: its audit record is committed with the offset that passes it."""

    async def follow(self, spans: Mapping[int, LogBounds], hear: Hear) -> None:
        """Read on until cancelled."""
        async for records in self._tap.read(self._topic, spans, follow=True):
            for record in records:
                self._remember(record, hear)

    def _remember(self, record: Record, hear: Hear) -> None:
        key = record.key or b""
        if key not in self._known:
            return
        try:
            audit = AuditRecord.model_validate_json(record.value or b"")
        except ValidationError:
            return  # of a newer Everonce, or not ours: it says nothing that can be understood
        told = by_audit(self._known[key], audit)
        if told != self._known[key]:
            self._known[key] = told
            hear(audit.act_id, told)


class LedgerWatch:
    """Reads the state topic: letter marks, and the entries of parked events."""

    def __init__(self, tap: Tap, topic: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._tap = tap
        self._topic = topic
        self._clock = clock
        self._acts: dict[str, Act] = {}
        self._by_letter: dict[str, str] = {}
        """dlq_id -> act id."""
        self._by_entry: dict[str, str] = {}
        """Ledger key -> act id, of acts that are about no letter."""
        self._marks: dict[str, dict[str, LetterMark]] = {}
        """Act id -> the marks that name its letter, by ledger key."""
        self._entries: dict[str, Entry | None] = {}
        self._passed: dict[str, float] = {}
        self._told: dict[str, Told] = {}

    def expect(self, act: Act) -> None:
        """Say from now on what becomes of *act*."""
        self._acts[act.act_id] = act
        if act.kind in _ABOUT_LETTERS and act.dlq_id is not None:
            self._by_letter[act.dlq_id] = act.act_id
        elif act.ledger_key is not None:
            self._by_entry[act.ledger_key] = act.act_id

    def forget(self, act_id: str) -> None:
        """Say no more about an act."""
        act = self._acts.pop(act_id, None)
        if act is not None:
            self._by_letter.pop(act.dlq_id or "", None)
            self._by_entry.pop(act.ledger_key or "", None)
        for kept in (self._marks, self._entries, self._passed, self._told):
            kept.pop(act_id, None)

    def passed(self, act: Act) -> None:
        """Take note that the owner has committed past *act*."""
        self._passed.setdefault(act.act_id, self._clock())

    async def follow(self, spans: Mapping[int, LogBounds], hear: Hear) -> None:
        """Read on until cancelled."""
        async for records in self._tap.read(self._topic, spans, follow=True):
            for record in records:
                if (act_id := self._remember(record)) is not None:
                    self._say(act_id, hear)

    def look(self, hear: Hear) -> None:
        """Say of those passed some time ago what their silence means."""
        for act_id in list(self._passed):
            self._say(act_id, hear)

    def _remember(self, record: Record) -> str | None:
        """Reflect one record of the state topic; return the act that it tells of, if any."""
        name = (record.key or b"").decode(errors="replace")
        if name == PROGRESS_KEY:
            return None
        about = self._by_entry.get(name)
        if about is None and _LETTER not in (record.value or b""):
            return None
        entry = entry_in(record)
        if about is not None:
            self._entries[about] = entry
            return about
        mark = entry.letter if entry is not None else None
        for dlq_id in mark.dlq_ids if mark is not None else ():
            if mark is not None and (act_id := self._by_letter.get(dlq_id)) is not None:
                self._marks.setdefault(act_id, {})[name] = mark
                return act_id
        return None

    def _say(self, act_id: str, hear: Hear) -> None:
        act = self._acts.get(act_id)
        if act is None:
            return
        since = self._passed.get(act_id)
        is_passed = since is not None and self._clock() - since > _PASSED_SECONDS
        if act.kind in _ABOUT_LETTERS:
            told = by_marks(act, self._marks.get(act_id, {}).values(), is_passed=is_passed)
        else:
            told = by_entry(act, self._entries.get(act_id), is_passed=is_passed)
        if told is not None and told != self._told.get(act_id):
            self._told[act_id] = told
            hear(act_id, told)


def watch_for(settings: Settings, tap: Tap) -> tuple[Watch, str]:
    """Return what hears of acts, and the topic that it reads."""
    audit = settings.topics.audit
    if audit is not None:
        return AuditWatch(tap, audit), audit
    return LedgerWatch(tap, settings.topics.state), settings.topics.state
