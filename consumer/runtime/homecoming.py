"""What becomes of an event without a key that has come to its home partition?

Judged as if it had been read here, but for its offset, which is another partition's: against what
is in flight, and the ledger.
"""

from typing import Any, assert_never

from consumer.core.act import Act
from consumer.core.admission import Admission, against_known, conflict
from consumer.core.decode import decode
from consumer.core.dedup_key import content_key, coordinates_key
from consumer.core.failure import Failure
from consumer.core.fingerprint import TooDeepError
from consumer.core.ledger_entry import Entry, decode_entry
from consumer.core.record import LogRecord
from consumer.core.session_facts import ControlRefused
from consumer.runtime.arrivals import Arrivals
from consumer.runtime.environment import Environment
from consumer.runtime.parking import Parking
from consumer.runtime.partition_state import PartitionState
from processors.contract import WorkflowEvent


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

    def accept(self, act: Act, control_offset: int, *, at_once: bool) -> None:
        """Admit the event that *act* brings; *at_once* as ``Arrivals.accept`` has it."""
        record = act.record
        event = decode(record.value or b"") if record is not None else None
        if record is None or event is None or isinstance(event, Failure):
            # It was an event where it was read: another version of ours is at work there.
            reason = event.message if isinstance(event, Failure) else "there is no record"
            self._refuse(control_offset, reason)
            return
        try:
            fingerprint = self._env.fingerprint(event, record)
        except TooDeepError as error:
            self._refuse(control_offset, str(error))
            return
        key = self._env.dedup_key(event, fingerprint)
        self._judge(record, event, key, fingerprint, control_offset, at_once=at_once)

    def _refuse(self, control_offset: int, reason: str) -> None:
        partition = self._state.partition
        self._env.observer.observe(ControlRefused(partition, control_offset, reason))

    def _judge(
        self,
        record: LogRecord,
        event: WorkflowEvent[Any],
        key: str,
        fingerprint: str,
        control_offset: int,
        *,
        at_once: bool,
    ) -> None:
        state = self._state
        if self._on_conflict == "process":
            key = state.known_as(key, fingerprint)
        current, entry = state.in_flight.get(key), self._entry(key)
        if current is not None:
            admission = against_known(fingerprint, current.accepted)
        elif entry is None:
            admission = Admission.NEW
        elif self._env.is_reread(entry, control_offset):
            admission = Admission.REREAD
        else:
            admission = against_known(fingerprint, entry.fingerprints, entry.status)
        match admission:
            case Admission.NEW | Admission.UNFINISHED:
                self._run(record, event, key, fingerprint, entry, control_offset, at_once=at_once)
            case Admission.RESEND if self._dedup.on_resend == "process":
                self._run(record, event, key, fingerprint, entry, control_offset, at_once=at_once)
            case Admission.RESEND:
                state.pending.count_duplicate("resend_dropped")
            case Admission.REREAD:
                state.pending.count_duplicate("reread")
            case Admission.DUPLICATE:
                self._duplicate(record, event, key, fingerprint, self._dedup.duplicates)
            case Admission.CONFLICT:
                self._conflict(record, event, key, fingerprint, control_offset, at_once=at_once)
            case _:
                assert_never(admission)

    def _entry(self, key: str) -> Entry | None:
        encoded = self._state.newest(key)
        return None if encoded is None else decode_entry(encoded)

    def _conflict(
        self,
        record: LogRecord,
        event: WorkflowEvent[Any],
        key: str,
        fingerprint: str,
        control_offset: int,
        *,
        at_once: bool,
    ) -> None:
        what = self._on_conflict
        if what in {"drop", "answer"}:
            self._duplicate(record, event, key, fingerprint, what)
            return
        self._state.pending.count_conflict()
        if what == "process":
            own = content_key(key, fingerprint)
            self._judge(record, event, own, fingerprint, control_offset, at_once=at_once)
            return
        own = coordinates_key(record.topic, record.partition, record.offset)
        if own in self._state.in_flight or self._entry(own) is not None:
            self._state.pending.count_duplicate("reread")
            return
        item = self._arrivals.made(own, record, event, fingerprint, None, control_offset)
        self._arrivals.accept(item, at_once=at_once, preset=conflict(event))

    def _run(
        self,
        record: LogRecord,
        event: WorkflowEvent[Any],
        key: str,
        fingerprint: str,
        entry: Entry | None,
        control_offset: int,
        *,
        at_once: bool,
    ) -> None:
        item = self._arrivals.made(key, record, event, fingerprint, entry, control_offset)
        # Whoever sent it home has seen that the state topic takes it.
        self._arrivals.accept(item, at_once=at_once)

    def _duplicate(
        self, record: LogRecord, event: WorkflowEvent[Any], key: str, fingerprint: str, what: str
    ) -> None:
        self._state.pending.count_duplicate("dropped" if what == "drop" else "answered")
        if what != "drop":
            self._parking.asking.answer_arrival(record, event, key, fingerprint)
        self._state.signal()
