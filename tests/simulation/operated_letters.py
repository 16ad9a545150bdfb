"""What must hold of every letter that can be seen, and of the keys that letters hold?"""

from tests.simulation.operated_outputs import Seen, seconds_of
from tests.simulation.operated_world import OperatedWorld


def letters_are_what_became_of_them(seen: Seen) -> None:
    """The state of a letter agrees with what can be seen of its event and of the acts."""
    closed = {(a["ledger_key"], a["dlq_id"]) for a in seen.told("accepted", "duplicate")}
    discarded = {a["dlq_id"] for a in seen.told("done") if a["act"] == "discard"}
    duplicates = {a["dlq_id"] for a in seen.told("duplicate")}
    succeeded = {result["event_id"] for _, result in seen.results if result["status"] == "success"}
    visible = {letter.dlq_id for letter in seen.letters}
    for key, entry in [pair for shard in seen.ledgers for pair in shard.items()]:
        mark = entry.letter
        if mark is None:
            continue
        newest = mark.dlq_ids[-1]
        is_ours = newest in visible or newest.startswith("letter-")
        assert is_ours, f"letter {newest} of {key} was never written"
        match mark.state:
            case "open":
                assert entry.status == "dead_lettered", f"an open letter of {entry}"
                assert newest not in discarded, f"discarded, and open: {newest}"
                assert (key, newest) not in closed, f"redriven, and open: {newest}"
            case "redriven":
                assert mark.moved_to or not entry.is_settled, f"redriven, and settled: {entry}"
            case "resolved":
                is_done = key.partition("e:")[2] in succeeded or newest in duplicates
                assert is_done, f"resolved without a success: {newest} of {key}"
            case "discarded":
                assert newest in discarded, f"nobody discarded {newest}"


def held_keys_wait(world: OperatedWorld, seen: Seen) -> None:
    """While a letter holds its key, nobody else of that key succeeds."""
    by_place = world.by_place
    for partition, shard in enumerate(seen.ledgers):
        held = {
            entry.holds.lane: entry
            for entry in shard.values()
            if entry.holds is not None and entry.status == "dead_lettered"
        }
        for (number, offset), result in seen.results:
            holder = held.get(by_place[number, offset].key or b"")
            if holder is None or number != partition or result["status"] != "success":
                continue
            since = holder.settled_at or 0.0
            assert seconds_of(result["finished_at"]) <= since, (
                f"out of order: {result['event_id']} passed the letter {holder.letter}"
            )
