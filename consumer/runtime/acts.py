"""How does an operator's act get carried out?

Each once, in log order, on what is committed; in the transaction that passes its control record.
Only the owner writes the ledger, so whatever the desk asks for is asked here.
"""

from collections.abc import Callable
from dataclasses import replace

from consumer.core.act import Act
from consumer.core.acting import (
    letter_act,
    letter_refusal,
    parked_refusal,
    release_refusal,
)
from consumer.core.arrival import closed
from consumer.core.audit_record import ActOutcome
from consumer.core.dedup_key import is_coordinates
from consumer.core.failure import Failure
from consumer.core.ledger_entry import Entry, encode
from consumer.core.retry import GiveUp
from consumer.runtime.act_outcomes import ActOutcomes
from consumer.runtime.environment import Environment
from consumer.runtime.parking import Parking
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.redrives import Redrives
from consumer.runtime.settlements import Settlements


class Acts:
    """The operators' acts of one session."""

    def __init__(
        self,
        env: Environment,
        state: PartitionState,
        settlements: Settlements,
        parking: Parking,
        redrives: Redrives,
    ) -> None:
        """Act on *state*; who runs again does so by *redrives*."""
        self._env = env
        self._state = state
        self._settlements = settlements
        self._parking = parking
        self._redrives = redrives
        self._outcomes = ActOutcomes(env, state.partition)
        self._kinds: dict[str, Callable[[Act, int, Entry | None], str | None]] = {
            "discard": self._discard,
            "release": self._release,
            "now": self._start_now,
            "cancel": self._cancel,
        }

    def keys(self, act: Act) -> list[str]:
        """Return the ledger keys of which nothing may be on its way when *act* is carried out."""
        named = [] if act.ledger_key is None else [act.ledger_key]
        return named + self._redrives.keys(act)

    def carry_out(self, act: Act, control_offset: int) -> None:
        """Do what *act* asks for, or refuse it."""
        state = self._state
        entry = None if act.ledger_key is None else state.known(act.ledger_key)
        if self._env.is_reread(entry, control_offset):
            # Read again, after offsets were lost: it is part of what the entry says.
            state.pending.count_duplicate("reread")
            return
        if act.kind == "redrive":
            known = letter_refusal(act, entry, is_in_flight=self._is_in_flight(act))
            refusal = known if act.ledger_key is not None else None
            if refusal is None:
                refusal = self._redrives.redrive(act, entry, control_offset)
        elif act.kind == "replay":
            refusal = self._redrives.replay(act, control_offset)
        else:
            refusal = self._kinds[act.kind](act, control_offset, entry)
            if refusal is None and act.kind != "cancel":
                self._tell(act, "done")
        if refusal is not None:
            self._tell(act, "refused", refusal)
        state.signal()

    def _is_in_flight(self, act: Act) -> bool:
        return act.ledger_key in self._state.in_flight

    def _tell(self, act: Act, outcome: ActOutcome, detail: str | None = None) -> None:
        self._state.pending.acts.append(self._outcomes.answer(act, outcome, detail=detail))

    def _write(self, act: Act, entry: Entry) -> None:
        self._state.pending.journal[act.ledger_key or ""] = encode(entry)

    def _discard(self, act: Act, control_offset: int, entry: Entry | None) -> str | None:
        refusal = letter_refusal(act, entry, is_in_flight=self._is_in_flight(act))
        if refusal is None and entry is not None:
            done = closed(entry, "discarded", letter_act(act), control_offset=control_offset)
            self._write(act, done)
            self._let_go(act, entry)
        return refusal

    def _release(self, act: Act, control_offset: int, entry: Entry | None) -> str | None:
        lane = entry.holds.lane if entry is not None and entry.holds is not None else None
        held_by = self._state.parked.held_by(lane) if lane is not None else None
        refusal = release_refusal(act, entry, held_by=held_by)
        if refusal is None and entry is not None:
            self._write(act, replace(entry, holds=None, control_offset=control_offset))
            self._let_go(act, entry)
        return refusal

    def _let_go(self, act: Act, entry: Entry) -> None:
        """Let the key go on that the letter of *entry* has held."""
        if entry.holds is not None:
            self._parking.release(entry.holds.lane, act.dlq_id or "")

    def _start_now(self, act: Act, control_offset: int, entry: Entry | None) -> str | None:
        refusal = parked_refusal(act, entry, is_in_flight=self._is_in_flight(act))
        if refusal is not None or entry is None or entry.parked is None:
            return refusal
        state, now, key = self._state, self._env.clocks.now(), act.ledger_key or ""
        lane = self._parking.asking.lane_of_entry(key, entry)
        head = state.parked.hurry(lane, key, now)
        if head == key:
            parked = replace(entry.parked, due_at=now)
            self._write(act, replace(entry, parked=parked, control_offset=control_offset))
            state.due_changed()
            return None
        held_by = state.parked.held_by(lane)
        if held_by is not None:
            return f"its key is held by letter {held_by}: redrive, discard or release that"
        return f"its key waits for {head!r}, which is before it: start or cancel that"

    def _cancel(self, act: Act, control_offset: int, entry: Entry | None) -> str | None:
        refusal = parked_refusal(act, entry, is_in_flight=self._is_in_flight(act))
        if refusal is not None or entry is None or entry.parked is None:
            return refusal
        state, now, key = self._state, self._env.clocks.now(), act.ledger_key or ""
        if is_coordinates(key) and entry.letter is None:
            return f"{key!r} is no event of its own: it waits to be answered, or judged"
        if not state.parked.remove(self._parking.asking.lane_of_entry(key, entry), key, now):
            return f"{key!r} runs right now: wait for what becomes of it"
        state.parked.load.by_policy[entry.policy or ""] -= 1
        state.due_changed()
        why = f": {act.reason}" if act.reason else ""
        failure = Failure("CANCELLED", f"cancelled by {act.operator}{why}", "permanent", "operator")
        item = self._parking.restored(key, replace(entry, control_offset=control_offset))
        letter = self._settlements.cancelled(item, GiveUp("operator", failure, failure))
        state.pending.acts.append(self._outcomes.answer(act, "done", new_dlq_id=letter))
        return None
