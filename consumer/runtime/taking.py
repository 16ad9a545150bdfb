"""What goes into one group commit?

Everything settled, parked or to be remembered since the last one, said in records; with progress,
and the offset of the settled prefix.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from consumer.core.act_facts import ActAnswer
from consumer.core.arrival import written
from consumer.core.dedup_key import PROGRESS_KEY
from consumer.core.facts import Tally
from consumer.core.giving_up import raised
from consumer.core.in_flight import InFlight
from consumer.core.ledger_entry import answering, decode_entry, encode
from consumer.core.output import OutputRecord
from consumer.core.progress import Progress, encode_progress
from consumer.core.record import TopicPartition
from consumer.core.settlement import Settled
from consumer.ports import CommitBatch
from consumer.runtime.environment import Environment
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.pending import Pending

_new = tuple.__new__
"""Of a tuple class; around it, in Python, half of the cost would be the call."""


@dataclass(slots=True)
class Taken:
    """One group commit on its way."""

    batch: CommitBatch
    settled: list[Settled]
    journal: dict[str, bytes]
    forgotten: list[str]
    parked: list[tuple[InFlight, bytes]]
    progress: Progress
    tally: Tally
    acts: list[ActAnswer]
    """What became of operators' acts."""

    def keys(self) -> set[str]:
        """Return the ledger keys that it writes."""
        return {
            *self.journal,
            *[done.key for done in self.settled],
            *[item.key for item, _ in self.parked],
        }

    def rewritten(self) -> Iterator[tuple[str, bytes | None]]:
        """Yield ledger key and entry of what it writes of events that are not settled by it."""
        yield from ((key, None) for key in self.forgotten)
        yield from self.journal.items()
        yield from ((item.key, entry) for item, entry in self.parked)


class Taking:
    """Takes from one session what goes into its next commit."""

    def __init__(self, env: Environment, state: PartitionState) -> None:
        """Take from *state*."""
        self._env = env
        self._state = state

    def take(self, *, clean: bool) -> Taken:
        """Take what is settled since the last commit; *clean* marks the end of the session."""
        state = self._state
        state.relax()
        pending: Pending = state.pending
        settled = pending.take_settled(self._env.settings.commit.max_events, state.refusals)
        journal, pending.journal = pending.journal, {}
        forgotten, pending.forgotten = pending.forgotten, []
        offsets = state.offsets
        batch = CommitBatch()
        results, letters, entries = batch.results, batch.letters, batch.entries
        # Tombstones first: an event of a forgotten id may settle in the same batch.
        entries += [OutputRecord(key.encode(), None) for key in forgotten]
        entries += [OutputRecord(key.encode(), entry) for key, entry in journal.items()]
        parked = self._take_parked(entries)
        if pending.arrived:
            self._take_arrived(entries, journal, settled, parked)
        if pending.passed:
            here = [done.position for done in settled if not (done.item and done.item.is_passed)]
            pending.passed -= len(settled) - len(here)
            offsets.settle_all(here)
        else:
            offsets.settle_all([done.position for done in settled])
        settled = [
            done if done.item is None or done.item.dropped is None else self._with_dropped(done)
            for done in settled
        ]
        results += [done.result for done in settled if done.result is not None]
        letters += [done.letter for done in settled if done.letter is not None]
        entries += [_new(OutputRecord, (done.key.encode(), done.entry, ())) for done in settled]
        acts = [done.act for done in settled if done.act is not None]
        if pending.acts:
            # Asked before they were done.
            acts, pending.acts = pending.acts + acts, []
        batch.audits = [act.record for act in acts if act.record is not None]
        if pending.homeward:
            batch.homeward = pending.take_homeward(offsets.committable)
        answers = pending.take_answers(offsets.committable)
        results += answers
        said, pending.said = pending.said, []
        results += said
        tally = pending.take_tally(settled)
        tally.answers = len(answers) + len(said)
        progress = self._progress(clean=clean)
        entries.append(OutputRecord(PROGRESS_KEY.encode(), encode_progress(progress)))
        batch.offsets = self._offsets(progress)
        return Taken(batch, settled, journal, forgotten, parked, progress, tally, acts)

    def _take_parked(self, entries: list[OutputRecord]) -> list[tuple[InFlight, bytes]]:
        """Take the events that are being parked; their offsets are passed with their entries."""
        pending, offsets = self._state.pending, self._state.offsets
        taken, pending.parked = pending.parked, {}
        parked: list[tuple[InFlight, bytes]] = []
        for item, encoded in taken.values():
            entry = encoded
            if item.dropped is not None:
                dropped, item.dropped = item.dropped, None
                entry = encode(answering(decode_entry(entry), max(dropped)))
                offsets.settle_all(dropped)
            if not item.is_passed:
                offsets.settle(item.record.offset)
            entries.append(OutputRecord(item.key.encode(), entry))
            parked.append((item, entry))
        return parked

    def _take_arrived(
        self,
        entries: list[OutputRecord],
        journal: dict[str, bytes],
        settled: list[Settled],
        parked: list[tuple[InFlight, bytes]],
    ) -> None:
        """Take the entries of events whose control records this commit passes.

        Not of those whose later entry goes with it; what has settled since, and does not go yet,
        must be there when this process dies.
        """
        pending = self._state.pending
        taken, pending.arrived = pending.arrived, {}
        later = {done.key for done in settled} | {item.key for item, _ in parked} | journal.keys()
        for key, item in taken.items():
            if key not in later and item.prior is not None:
                journal[key] = encode(written(item.prior))
                entries.append(OutputRecord(key.encode(), journal[key]))

    def _with_dropped(self, done: Settled) -> Settled:
        """Let the duplicates that were dropped for an event be passed in its own transaction."""
        item = done.item
        if item is None or item.dropped is None:
            return done
        dropped, item.dropped = item.dropped, None
        self._state.offsets.settle_all(dropped)
        return done if done.letter is None else done._replace(entry=raised(done, dropped))

    def _progress(self, *, clean: bool) -> Progress:
        state = self._state
        last = state.offsets.last_below
        return replace(
            state.progress,
            next_input=state.offsets.committable,
            next_control=state.next_control,
            last_offset=last.offset if last is not None else None,
            last_timestamp=last.timestamp if last is not None else None,
            clean=clean,
            gap_free=len(state.offsets) == 0,
            next_seq=state.parked.next_seq,
            suspect_input=state.quarantine.input_before,
        )

    def _offsets(self, progress: Progress) -> dict[TopicPartition, int]:
        offsets = {self._env.input(self._state.partition): progress.next_input}
        if self._state.reads_control:
            offsets[self._env.control(self._state.partition)] = progress.next_control
        return offsets
