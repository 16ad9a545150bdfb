"""Is this process assigned and restored, and if so, does it do less than it should?

A rolling deploy waits for it; nothing is restarted for its sake.
"""

from consumer.core.status import Status


def readiness_problems(status: Status) -> list[str]:
    """Return what is in the way, for people; empty once nothing is."""
    problems = [*status.problems]
    if status.state != "running":
        problems.append(f"the process is {status.state}")
    problems += [
        f"partition {each.partition} is {each.state}"
        for each in status.partitions
        if each.state != "running"
    ]
    return problems


def degradations(status: Status) -> list[str]:
    """Return what is held back for now, for people; it makes nothing less ready."""
    held = [
        f"the breaker of {each.kind} {each.name} is {each.state.replace('_', '-')}"
        for each in status.breakers
        if each.state != "closed"
    ]
    return held + [
        f"partition {each.partition} is {each.guard} by its flood guard"
        if each.guard == "paused"
        else f"partition {each.partition} lets some events through to see, by its flood guard"
        for each in status.partitions
        if each.guard != "passing"
    ]
