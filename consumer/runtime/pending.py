"""What has been settled since the last commit, and what of it goes into the next?"""

from heapq import heappop, heappush

from consumer.core.act_facts import ActAnswer
from consumer.core.facts import DuplicateKind, Tally
from consumer.core.in_flight import InFlight
from consumer.core.output import OutputRecord
from consumer.core.refusals import Refusals
from consumer.core.settlement import Settled


class Pending:
    """Everything of one session that waits for a group commit."""

    __slots__ = (
        "acts",
        "answers",
        "arrived",
        "forgotten",
        "homeward",
        "journal",
        "parked",
        "passed",
        "said",
        "settled",
        "tally",
    )

    def __init__(self) -> None:
        self.settled: list[Settled] = []
        self.journal: dict[str, bytes] = {}
        """Entries of unfinished events that must be remembered."""
        self.answers: list[tuple[int, OutputRecord]] = []
        """By input offset, a heap: each is emitted in the very transaction that passes it."""
        self.forgotten: list[str] = []
        """Keys whose entries go, by tombstone."""
        self.parked: dict[str, tuple[InFlight, bytes]] = {}
        """Events that are being parked, and their entries, by ledger key."""
        self.passed = 0
        """How many of the settled were passed before: parked, or come by the control topic."""
        self.arrived: dict[str, InFlight] = {}
        """Events whose control records are passed with the next commit, by ledger key."""
        self.acts: list[ActAnswer] = []
        """What became of acts."""
        self.homeward: list[tuple[int, int, OutputRecord]] = []
        """By input offset, a heap: home partition and control record of events without a key; each
        is emitted in the very transaction that passes it."""
        self.said: list[OutputRecord] = []
        """Answers to duplicates that were parked: emitted with the tombstones of their entries."""
        self.tally = Tally()

    def __bool__(self) -> bool:
        return bool(
            self.settled
            or self.journal
            or self.forgotten
            or self.parked
            or self.arrived
            or self.acts
            or self.said
        )

    def settle(self, settled: Settled) -> int:
        """Add what an event left behind; return how many wait for a commit now."""
        waiting = self.settled
        waiting.append(settled)
        if self.journal:
            self.journal.pop(settled.key, None)
        return len(waiting)

    def park(self, item: InFlight, entry: bytes) -> None:
        """Let *item* leave memory with the next commit."""
        self.parked[item.key] = (item, entry)
        self.journal.pop(item.key, None)
        parked = self.tally.parked
        parked[item.policy_name] = parked.get(item.policy_name, 0) + 1

    def say(self, output: OutputRecord, parked_key: str) -> None:
        """Answer a duplicate that was parked under *parked_key*, and forget that entry."""
        self.said.append(output)
        self.forgotten.append(parked_key)

    def send_home(self, offset: int, home: int, control: OutputRecord) -> None:
        """Bring the event at input *offset* to the partition *home*, by its *control* record."""
        heappush(self.homeward, (offset, home, control))
        self.tally.sent_home += 1

    def take_homeward(self, committable: int) -> list[tuple[int, OutputRecord]]:
        """Take partition and record of those who lie below *committable*."""
        taken = []
        while self.homeward and self.homeward[0][0] < committable:
            taken.append(heappop(self.homeward)[1:])
        return taken

    def count_duplicate(self, kind: DuplicateKind) -> None:
        """Add a record that leaves nothing behind because its id is known."""
        tally = self.tally
        tally.duplicates[kind] = tally.duplicates.get(kind, 0) + 1
        tally.outcomes["duplicate"] = tally.outcomes.get("duplicate", 0) + 1

    def count_conflict(self) -> None:
        """Add a record whose id is known with another content; its outcome is yet to come."""
        duplicates = self.tally.duplicates
        duplicates["conflict"] = duplicates.get("conflict", 0) + 1

    def count_ignored(self) -> None:
        """Add a record that leaves nothing behind: a tombstone, or a type nobody wants."""
        outcomes = self.tally.outcomes
        outcomes["ignored"] = outcomes.get("ignored", 0) + 1

    def answer(self, offset: int, output: OutputRecord) -> None:
        """Add the answer to the duplicate at input *offset*."""
        heappush(self.answers, (offset, output))

    def take_answers(self, committable: int) -> list[OutputRecord]:
        """Take the answers whose records lie below *committable*."""
        taken = []
        while self.answers and self.answers[0][0] < committable:
            taken.append(heappop(self.answers)[1])
        return taken

    def take_settled(self, limit: int, refusals: Refusals) -> list[Settled]:
        """Take up to *limit* settled records, of suspects one group alone.

        Always from the front: what one key leaves behind becomes visible in its order.
        """
        settled = self.settled
        count = min(limit, len(settled))
        if refusals.any and settled:
            group = refusals.group_of(settled[0].position)
            strangers = (n for n in range(count) if refusals.group_of(settled[n].position) != group)
            count = next(strangers, count)
        taken, self.settled = settled[:count], settled[count:]
        return taken

    def take_tally(self, settled: list[Settled]) -> Tally:
        """Take what was counted, with what is *settled* by now."""
        taken, self.tally = self.tally, Tally()
        if not settled:
            return taken
        letters = len([1 for done in settled if done.letter is not None])
        if letters:
            taken.outcomes["dead_lettered"] = letters
        if letters < len(settled):
            taken.outcomes["completed"] = len(settled) - letters
        # Attempts of one are not counted one by one: they are all the others.
        per_event = taken.attempts_per_event
        for attempts in [done.attempts for done in settled if done.attempts != 1]:
            per_event[attempts] = per_event.get(attempts, 0) + 1
        if firsts := len(settled) - sum(per_event.values()):
            per_event[1] = firsts
        return taken
