"""Is this process assigned and restored?

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
