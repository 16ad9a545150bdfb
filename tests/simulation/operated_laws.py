"""What must hold of everything visible, at any moment, where an operator acts as well?"""

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

from consumer.core.session_facts import PartitionRefused
from tests.simulation.operated_letters import held_keys_wait, letters_are_what_became_of_them
from tests.simulation.operated_outputs import Seen, seconds_of
from tests.simulation.operated_world import OperatedWorld
from tests.simulation.variants import WINDOW_SECONDS
from tests.simulation.world import Published

FINAL = {"completed", "dead_lettered"}


def check(world: OperatedWorld) -> None:
    """Raise where something visible should not be, or something passed is not accounted for."""
    seen = Seen.of(world)
    if world.settings.processing.guarantee == "exactly_once":
        one_letter_per_failure(seen)
        one_success_per_run(world, seen)
        plain_results_in_key_order(world, seen)
        each_act_is_told_once(world, seen)
        who_was_accepted_goes_on(seen)
        letters_are_what_became_of_them(seen)
        held_keys_wait(world, seen)
        who_goes_home_goes_once(world, seen)
    one_at_a_time(world)
    passed_records_are_accounted_for(world, seen)
    for owner in world.owners:
        refused = owner.process.told.of(PartitionRefused)
        assert not refused, refused
    assert not world.early, world.early


def one_letter_per_failure(seen: Seen) -> None:
    """A letter is written once, with the one result that names it; half of that is nothing."""
    letters = Counter(letter.dlq_id for letter in seen.letters)
    assert all(count == 1 for count in letters.values()), f"doubled: {letters}"
    errors = Counter(result["dlq_id"] for _, result in seen.results if result["status"] == "error")
    of_events = {letter.dlq_id for letter in seen.letters if letter.event_id is not None}
    assert errors == Counter(of_events), f"half a transaction is visible: {errors} {of_events}"


def one_success_per_run(world: OperatedWorld, seen: Seen) -> None:
    """An event succeeds once, and once more for each replay that was accepted."""
    by_content = world.settings.dedup.conflicts == "process"
    about = {each.act.act_id: each.about for each in world.desk.asked}
    replays = [audit["act_id"] for audit in seen.told("accepted") if audit["act"] == "replay"]
    replayed = [about[act_id] for act_id in replays]
    allowed = Counter(each[0] for each in replayed if each is not None)
    runs: defaultdict[tuple[str, Any], list[tuple[float, float]]] = defaultdict(list)
    for _, result in seen.results:
        if result["status"] == "success":
            what = (result["event_id"], result["result"] if by_content else None)
            runs[what].append((seconds_of(result["started_at"]), seconds_of(result["finished_at"])))
    for what, times in runs.items():
        times.sort(key=lambda time: time[1])
        pairs = pairwise(times)
        again = [now for before, now in pairs if now[0] < before[1] + WINDOW_SECONDS]
        assert len(again) <= allowed[what[0]], f"doubled: {what} succeeded at {times}"


def plain_results_in_key_order(world: OperatedWorld, seen: Seen) -> None:
    """Events of one key settle in log order, but for those that had letters or were asked for."""
    by_place = world.by_place
    others = {letter.event_id for letter in seen.letters}
    others |= {asked.about[0] for asked in world.desk.asked if asked.about is not None}
    last: dict[tuple[int, bytes], int] = {}
    for (partition, offset), result in seen.results:
        key = by_place[partition, offset].key
        if key is None or result["status"] == "duplicate" or result["event_id"] in others:
            continue
        before = last.get((partition, key), -1)
        assert before < offset, f"out of key order: {offset} after {before}"
        last[partition, key] = offset


def each_act_is_told_once(world: OperatedWorld, seen: Seen) -> None:
    """What became of an act is said by the transaction that passes its control record."""
    passed = Counter(
        asked.act.act_id
        for asked in world.desk.asked
        if asked.offset < world.passed_control(asked.partition)
    )
    told = Counter(audit["act_id"] for audit in seen.told("accepted", "done", "refused"))
    told += Counter(audit["act_id"] for audit in seen.told("duplicate"))
    assert told == passed, f"passed are {passed}, the audit says {told}"
    accepted = [
        (audit["ledger_key"], audit["dlq_id"], audit["partition"])
        for audit in seen.told("accepted", "done", "duplicate")
        if audit["ledger_key"] and audit["act"] in {"redrive", "discard"}
    ]
    assert len(accepted) == len(set(accepted)), f"doubled: a letter was closed twice: {accepted}"


def who_was_accepted_goes_on(seen: Seen) -> None:
    """An accepted redrive or replay waits in the ledger until it is told what became of it."""
    going_on = [entry for entry in seen.entries if not entry.is_settled]
    unfinished = Counter(entry.act.act_id for entry in going_on if entry.act is not None)
    told = Counter(audit["act_id"] for audit in seen.told(*FINAL))
    accepted = Counter(audit["act_id"] for audit in seen.told("accepted"))
    assert accepted == told + unfinished, f"lost: {accepted}, told {told}, going on {unfinished}"


def who_goes_home_goes_once(world: OperatedWorld, seen: Seen) -> None:
    """An event is brought home in the very transaction that passes its record."""
    times = Counter(seen.homeward)
    for (partition, offset), count in times.items():
        committed = world.kafka.committed(world.kafka.input(partition).place) or 0
        assert count == 1, f"doubled: {partition}/{offset} was brought home {count} times"
        assert offset < committed, f"{partition}/{offset} is at home before it was passed"


def one_at_a_time(world: OperatedWorld) -> None:
    """In one process no two attempts are of one event, or of one key."""
    by_place, by_content = world.by_place, world.settings.dedup.conflicts == "process"
    for owner in world.living:
        attempts = world.unfinished(owner)
        keys = Counter((each.place[0], by_place[each.place].key) for each in attempts)
        doubled = [key for key, count in keys.items() if key[1] is not None and count > 1]
        assert not doubled, f"out of order: attempts side by side of the keys {doubled}"
        events = Counter(
            (each.event_id, each.event.payload["content"] if by_content else None)
            for each in attempts
        )
        twice = [event for event, count in events.items() if count > 1]
        assert not twice, f"doubled: attempts side by side of {twice}"


def passed_records_are_accounted_for(
    world: OperatedWorld, seen: Seen, *, in_the_end: bool = False
) -> None:
    """What is passed has left a trace, or says what has left one.

    *in_the_end* it is not enough to be on the way home.
    """
    traces = {place for place, _ in seen.results}
    traces |= {letter.source for letter in seen.letters}
    parked = [entry.parked.record for entry in seen.entries if entry.parked is not None]
    traces |= {(record.partition, record.offset) for record in parked}
    by_place = world.by_place
    known = {_content(by_place[place]) for place in traces}
    known |= {asked.about for asked in world.desk.asked if asked.about is not None}
    on_the_way = set() if in_the_end else set(seen.homeward)
    for record in world.published:
        place = (record.partition, record.offset)
        committed = world.kafka.committed(world.kafka.input(record.partition).place) or 0
        if record.offset >= committed or record.is_tombstone or place in traces | on_the_way:
            continue
        is_known = record.event_id is not None and _content(record) in known
        assert is_known, f"lost: {record} is passed by {committed} and left no trace"


def _content(record: Published) -> tuple[str | None, int]:
    return record.event_id, record.content
