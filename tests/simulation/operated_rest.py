"""What must hold once nothing is left to do?"""

from tests.runtime.staging import ledger
from tests.simulation.operated_laws import check, passed_records_are_accounted_for
from tests.simulation.operated_outputs import Seen
from tests.simulation.operated_world import OperatedWorld


def check_rest(world: OperatedWorld) -> None:
    """Check what holds once everything is settled that nobody holds back."""
    check(world)
    passed_records_are_accounted_for(world, Seen.of(world), in_the_end=True)
    for number in range(world.partitions):
        assert (
            world.kafka.committed(world.kafka.input(number).place) == world.kafka.input(number).end
        )
        _memory_agrees(world, number)


def _memory_agrees(world: OperatedWorld, partition: int) -> None:
    """What the owner counts and where it lets events wait is what the ledger says."""
    owner = next(each for each in world.living if each.process.reads(partition))
    state = owner.process.state(partition)
    entries = ledger(world.kafka, partition)
    waiting = {key for key, entry in entries.items() if entry.parked is not None}
    places = [
        key
        for lane in state.parked.lanes.values()
        for key in [lane.key, *(each[0] for each in lane.followers or ())]
        if key is not None
    ]
    assert sorted(places) == sorted(waiting), f"no way back to rest: {places} but {waiting}"
    assert not state.in_flight, f"no way back to rest: {state.in_flight}"
    held = (state.held_records, state.held_bytes)
    assert held == (0, 0), f"no way back to rest: {held} is held by nobody"
    load = sum(state.parked.load.by_policy.values())
    assert load == len(waiting), f"no way back to rest: {load} are counted as parked: {waiting}"
    opened = {key for key, entry in entries.items() if entry.letter_is_open}
    assert len(state.open_letters) == len(opened), f"not as open as the ledger says: {opened}"
