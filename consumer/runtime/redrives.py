"""How does a letter's event run again, or any event that an operator asks for?

Judged under the id that it carries now, its own open letter excepted: a mended record may turn out
to be an event that is done already, or that uses the id of another.
"""

from dataclasses import replace
from typing import Any

from consumer.core.act import Act
from consumer.core.acting import letter_act, replay_refusal
from consumer.core.admission import Admission, against_known, conflict
from consumer.core.arrival import closed, redriven
from consumer.core.decode import decode
from consumer.core.dedup_key import content_key
from consumer.core.failure import Failure
from consumer.core.fingerprint import TooDeepError
from consumer.core.home import home_of
from consumer.core.in_flight import InFlight
from consumer.core.ledger_entry import Entry, encode
from consumer.core.letter_mark import LetterMark
from consumer.core.record import LogRecord
from consumer.core.retry import GiveUp
from consumer.runtime.act_outcomes import ActOutcomes
from consumer.runtime.arrivals import Arrivals
from consumer.runtime.environment import Environment
from consumer.runtime.parking import Parking
from consumer.runtime.partition_state import PartitionState
from processors.contract import WorkflowEvent

Read = tuple[LogRecord, WorkflowEvent[Any], str, str]
"""Record, event, fingerprint, ledger key by its dedup key."""


class Redrives:
    """The events of one session that operators let run again."""

    def __init__(
        self, env: Environment, state: PartitionState, parking: Parking, arrivals: Arrivals
    ) -> None:
        """Judge by *state*; who runs gets its place by *arrivals*."""
        self._env = env
        self._state = state
        self._parking = parking
        self._arrivals = arrivals
        self._outcomes = ActOutcomes(env, state.partition)
        self._is_by_content = env.settings.dedup.conflicts == "process"

    def keys(self, act: Act) -> list[str]:
        """Return the ledger keys of the event that *act* is about, where it is one."""
        read = self._read(act)
        if isinstance(read, str):
            return []
        _, _, fingerprint, key = read
        return [key, content_key(key, fingerprint)]

    def redrive(self, act: Act, entry: Entry | None, control_offset: int) -> str | None:
        """Let the event of a letter run again; return why not, where it is refused.

        Args:
            act: The redrive; nothing of its event is on its way to be committed.
            entry: Of the letter, which is open; None of a letter that another system wrote.
            control_offset: Of the act.
        """
        read = self._read(act)
        if isinstance(read, str):
            return read
        record, event, fingerprint, key = read
        own = act.ledger_key
        target, admission = self._judge(key, fingerprint, own)
        if admission is Admission.DUPLICATE:
            self._resolve(act, entry, control_offset)
            return None
        if admission is Admission.CONFLICT:
            target = own or target
        known = entry if target == own else self._state.known(target)
        if admission is Admission.NEW and (elsewhere := self._home_elsewhere(record, key)):
            return elsewhere
        if admission is Admission.CONFLICT and own is None:
            return f"its id stands for an event with another content ({target!r})"
        item = self._arrivals.made(target, record, event, fingerprint, known, control_offset)
        if not self._parking.fits(item):
            return _too_large(record)
        mark = self._mark(act, entry, known, is_own=target == own)
        if item.prior is not None:
            item.prior = redriven(item.prior, mark, letter_act(act))
        if entry is not None and own is not None and target != own:
            moved = closed(
                entry, "redriven", letter_act(act), control_offset=control_offset, moved_to=target
            )
            self._state.pending.journal[own] = encode(moved)
            if entry.holds is not None:
                self._parking.release(entry.holds.lane, act.dlq_id or "")
        preset = conflict(event) if admission is Admission.CONFLICT else None
        self._accept(act, item, preset)
        return None

    def replay(self, act: Act, control_offset: int) -> str | None:
        """Run an event again on purpose, whatever is known of it; return why not."""
        read = self._read(act)
        if isinstance(read, str):
            return read
        record, event, fingerprint, key = read
        if self._is_by_content:
            key = self._state.known_as(key, fingerprint)
        entry = self._state.known(key)
        if self._env.is_reread(entry, control_offset):
            return None
        refusal = replay_refusal(act, entry, is_in_flight=key in self._state.in_flight)
        if refusal is not None:
            return refusal
        item = self._arrivals.made(key, record, event, fingerprint, entry, control_offset)
        if not self._parking.fits(item):
            return _too_large(record)
        if item.prior is not None:
            item.prior = redriven(item.prior, None, letter_act(act))
        self._accept(act, item, None)
        return None

    def _home_elsewhere(self, record: LogRecord, key: str) -> str | None:
        """Return why a mended record without a key cannot run here; None where it can.

        Whether its id is done already is known to its home alone.
        """
        homes = self._env.homes
        home = home_of(key, homes) if homes and record.key is None else self._state.partition
        if home == self._state.partition:
            return None
        return (
            f"it has no key, and its id belongs to partition {home}: publish the mended event to "
            "the input, then discard this letter"
        )

    def _accept(self, act: Act, item: InFlight, preset: GiveUp | None) -> None:
        self._state.pending.acts.append(self._outcomes.answer(act, "accepted"))
        self._arrivals.accept(item, preset=preset)

    def _read(self, act: Act) -> Read | str:
        """Return what *act* lets run; or why that is no event."""
        record = act.record
        if record is None:
            return f"a {act.kind} comes with a record, this one has none"
        event = decode(record.value or b"")
        if isinstance(event, Failure):
            return f"its record is no event: {event.message}"
        try:
            fingerprint = self._env.fingerprint(event, record)
        except TooDeepError as error:
            return str(error)
        return record, event, fingerprint, self._env.dedup_key(event, fingerprint)

    def _judge(self, key: str, fingerprint: str, own: str | None) -> tuple[str, Admission]:
        """Return under which key the event goes on, and what it is to whatever is known there."""
        if self._is_by_content:
            key = self._state.known_as(key, fingerprint)
        admission = self._against(key, fingerprint, own)
        if admission is Admission.CONFLICT and self._is_by_content:
            key = content_key(key, fingerprint)
            admission = self._against(key, fingerprint, own)
        return key, admission

    def _against(self, key: str, fingerprint: str, own: str | None) -> Admission:
        if key == own:
            return Admission.RESEND
        current = self._state.in_flight.get(key)
        if current is not None:
            return against_known(fingerprint, current.accepted)
        entry = self._state.known(key)
        if entry is None:
            return Admission.NEW
        return against_known(fingerprint, entry.fingerprints, entry.status)

    def _resolve(self, act: Act, entry: Entry | None, control_offset: int) -> None:
        """Close the letter: its event is done already, or on its way."""
        if entry is not None and act.ledger_key is not None:
            done = closed(entry, "resolved", letter_act(act), control_offset=control_offset)
            self._state.pending.journal[act.ledger_key] = encode(done)
            if entry.holds is not None:
                self._parking.release(entry.holds.lane, act.dlq_id or "")
        self._state.pending.acts.append(self._outcomes.answer(act, "duplicate"))

    def _mark(
        self, act: Act, entry: Entry | None, known: Entry | None, *, is_own: bool
    ) -> LetterMark | None:
        """Return the mark with which an event goes on under a key that is not its letter's.

        None where it goes on with what is known there.
        """
        if is_own:
            return None
        letter = entry.letter if entry is not None else None
        if known is not None and known.letter is not None:
            # A letter is named by its record and a number: the record has had some elsewhere.
            count = letter.count if letter is not None else 0
            return replace(known.letter, count=known.letter.count + count)
        if letter is not None:
            return letter
        if act.dlq_id is None:
            return None
        return LetterMark((act.dlq_id,), 1, "open", self._env.clocks.now())


def _too_large(record: LogRecord) -> str:
    size = len(record.value or b"")
    return (
        f"the state topic would not take this event of {size} bytes while it waits: raise that "
        "topic's max.message.bytes"
    )
