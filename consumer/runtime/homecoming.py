"""What becomes of an event without a key that has come to its home partition?

Judged as if it had been read here, but for its offset, which is another partition's: against what
is in flight, and the ledger.
"""

from typing import Any, NamedTuple, assert_never

from consumer.core.admission import Admission, against_known, conflict
from consumer.core.decode import decode
from consumer.core.dedup_key import content_key, coordinates_key
from consumer.core.failure import Failure
from consumer.core.fingerprint import TooDeepError
from consumer.core.in_flight import NO_EVENT
from consumer.core.ledger_entry import Entry
from consumer.core.record import LogRecord
from consumer.core.retry import GiveUp
from consumer.runtime.arrivals import Arrivals
from consumer.runtime.environment import Environment
from consumer.runtime.parking import Parking
from consumer.runtime.partition_state import PartitionState
from processors.contract import WorkflowEvent


class Come(NamedTuple):
    """One event that has come home."""

    record: LogRecord
    """With the coordinates that it was read at."""
    event: WorkflowEvent[Any]
    fingerprint: str
    control_offset: int
    at_once: bool
    """As ``Arrivals.accept`` has it."""


class Homecoming:
    """The events without a key that were read elsewhere."""

    def __init__(
        self, env: Environment, state: PartitionState, parking: Parking, arrivals: Arrivals
    ) -> None:
        """Judge by *state*; who runs gets its place by *arrivals*."""
        self._env = env
        self._state = state
        self._parking = parking
        self._arrivals = arrivals
        self._dedup = env.settings.dedup
        self._on_conflict = env.settings.dedup.conflicts

    def accept(self, record: LogRecord, control_offset: int, *, at_once: bool) -> None:
        """Admit the event of *record*; *at_once* as ``Arrivals.accept`` has it."""
        event = decode(record.value or b"")
        if isinstance(event, Failure):
            self._poison(Come(record, NO_EVENT, "", control_offset, at_once), event)
            return
        try:
            fingerprint = self._env.fingerprint(event, record)
        except TooDeepError as error:
            failure = Failure("INVALID_INPUT", str(error), "permanent", "decode")
            self._poison(Come(record, NO_EVENT, "", control_offset, at_once), failure)
            return
        come = Come(record, event, fingerprint, control_offset, at_once)
        self._judge(come, self._env.dedup_key(event, fingerprint))

    def _poison(self, come: Come, failure: Failure) -> None:
        """Dead-letter what was an event where it was read: another version of ours is there."""
        self._given_up(come, GiveUp("poison", failure, failure))

    def _given_up(self, come: Come, why: GiveUp) -> None:
        """Settle under its coordinates what is no event of its own; once."""
        record = come.record
        own = coordinates_key(record.topic, record.partition, record.offset)
        if own in self._state.in_flight or self._state.known(own) is not None:
            self._state.pending.count_duplicate("reread")
        else:
            self._run(come, own, None, why)

    def _judge(self, come: Come, key: str) -> None:
        state, fingerprint = self._state, come.fingerprint
        if self._on_conflict == "process":
            key = state.known_as(key, fingerprint)
        current, entry = state.in_flight.get(key), state.known(key)
        if current is not None:
            admission = against_known(fingerprint, current.accepted)
        elif entry is None:
            admission = Admission.NEW
        elif self._env.is_reread(entry, come.control_offset):
            admission = Admission.REREAD
        else:
            admission = against_known(fingerprint, entry.fingerprints, entry.status)
        match admission:
            case Admission.NEW | Admission.UNFINISHED:
                self._run(come, key, entry)
            case Admission.RESEND if self._dedup.on_resend == "process":
                self._run(come, key, entry)
            case Admission.RESEND:
                state.pending.count_duplicate("resend_dropped")
            case Admission.REREAD:
                state.pending.count_duplicate("reread")
            case Admission.DUPLICATE:
                self._duplicate(come, key, self._dedup.duplicates)
            case Admission.CONFLICT:
                self._conflict(come, key)
            case _:
                assert_never(admission)

    def _conflict(self, come: Come, key: str) -> None:
        if self._on_conflict in {"drop", "answer"}:
            self._duplicate(come, key, self._on_conflict)
            return
        self._state.pending.count_conflict()
        if self._on_conflict == "process":
            self._judge(come, content_key(key, come.fingerprint))
        else:
            self._given_up(come, conflict(come.event))

    def _run(self, come: Come, key: str, entry: Entry | None, preset: GiveUp | None = None) -> None:
        item = self._arrivals.made(
            key, come.record, come.event, come.fingerprint, entry, come.control_offset
        )
        # Whoever sent it home has seen that the state topic takes it.
        self._arrivals.accept(item, at_once=come.at_once, preset=preset)

    def _duplicate(self, come: Come, key: str, what: str) -> None:
        self._state.pending.count_duplicate("dropped" if what == "drop" else "answered")
        if what != "drop":
            asking = self._parking.asking
            asking.answer_arrival(come.record, come.event, key, come.fingerprint)
        self._state.signal()
