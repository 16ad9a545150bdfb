"""From which offset does a new owner read, and when must it refuse to?

The table of DESIGN section 6, "Start position": c is the group's committed offset, p the progress
that the ledger remembers.  A refusal concerns one partition and names the command that accepts it.
"""

from dataclasses import dataclass
from typing import Literal

from consumer.core.progress import Progress


@dataclass(frozen=True, slots=True)
class Found:
    """What a set-up has found out about one input partition."""

    group: str
    topic: str
    partition: int
    template: str
    committed: int | None
    progress: Progress | None
    log_start: int
    log_end: int
    """The high watermark."""
    last_still_there: bool | None
    """Whether the record that progress remembers has the same timestamp still; None when it lies
    below the log's start, or nothing is remembered."""
    at_first: Literal["earliest", "latest"] = "earliest"
    on_retention_gap: Literal["refuse", "skip"] = "refuse"
    guarantee: Literal["exactly_once", "at_least_once"] = "exactly_once"


@dataclass(frozen=True, slots=True)
class Start:
    """Where to read from."""

    offset: int
    rule: str
    skipped: int = 0
    """Offsets that retention removed before they were read."""
    note: str | None = None
    """What an operator should hear of."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why the partition stays closed."""

    rule: str
    message: str
    command: str
    """What accepts it."""


FAR_BEHIND = 10_000
"""A committed offset this far below progress is an operator's reset, not a stale coordinator."""


def start_position(found: Found) -> Start | Refused:
    """Decide where to read from."""
    return _wrong_ledger(found) or _within_retention(found, _by_table(found))


def _wrong_ledger(found: Found) -> Refused | None:
    """Refuse a ledger that was made for something else."""
    progress = found.progress
    if progress is None:
        return None
    if (progress.group, progress.topic) != (found.group, found.topic):
        return _refused(
            found,
            "foreign_ledger",
            f"its ledger belongs to group {progress.group!r} on {progress.topic!r}, we are "
            f"{found.group!r} on {found.topic!r}: give this group a state topic of its own",
            "accept",
        )
    if progress.template != found.template:
        return _refused(
            found,
            "template_changed",
            f"its ledger was made with dedup.key {progress.template!r}, the setting is "
            f"{found.template!r}: the ids in it would not be recognised",
            "accept",
        )
    if progress.next_input > found.log_end:
        return _gone(found, progress.next_input)
    return None


def _gone(found: Found, remembered: int) -> Refused:
    return _refused(
        found,
        "beyond_end",
        f"offset {remembered} was reached before, but the log ends at {found.log_end}: the input "
        "topic was recreated or truncated",
        "accept",
    )


def _by_table(found: Found) -> Start | Refused:
    committed, progress = found.committed, found.progress
    if progress is None:
        if committed is None:
            first = found.log_start if found.at_first == "earliest" else found.log_end
            return Start(first, f"first_{found.at_first}")
        return _refused(
            found,
            "ledger_missing",
            f"the group has committed offset {committed}, but the ledger in the state topic is "
            "empty: it was emptied, or the group belongs to another consumer",
            "adopt",
        )
    if committed is None:
        return _by_progress_alone(found, progress)
    if committed > progress.next_input:
        return _group_ahead(found, committed, progress)
    if progress.next_input - committed > FAR_BEHIND:
        return Start(
            progress.next_input,
            "progress",
            note=f"the group's committed offset {committed} is far behind the ledger's "
            f"{progress.next_input}; a reset of the group is not followed, because everything up "
            "to there is settled: use everonce replay to run events again",
        )
    return Start(progress.next_input, "progress")


def _group_ahead(found: Found, committed: int, progress: Progress) -> Start | Refused:
    if found.guarantee == "at_least_once":
        # Nobody is fenced there: a woken zombie can write an older progress over ours.  Only a
        # living member can commit an offset, and it did so after the entries.
        return (
            Start(committed, "group_ahead")
            if committed <= found.log_end
            else _gone(found, committed)
        )
    return _refused(
        found,
        "ledger_behind",
        f"the group has committed offset {committed}, beyond {progress.next_input}, the last "
        "that the ledger knows of: ledger entries were lost, or the group was moved forward",
        "accept",
    )


def _by_progress_alone(found: Found, progress: Progress) -> Start | Refused:
    """The group's offsets are gone: they expired, or the topic was deleted and made anew."""
    if found.last_still_there is False:
        return _refused(
            found,
            "topic_recreated",
            f"the record at offset {progress.last_offset} is not the one that the ledger "
            "remembers, and the group has no committed offset: the input topic was recreated",
            "accept",
        )
    return Start(progress.next_input, "progress_alone")


def _within_retention(found: Found, decision: Start | Refused) -> Start | Refused:
    if isinstance(decision, Refused) or decision.offset >= found.log_start:
        return decision
    skipped = found.log_start - decision.offset
    if found.on_retention_gap == "skip":
        return Start(
            found.log_start,
            "retention_gap",
            skipped,
            note=f"retention removed the offsets {decision.offset} to {found.log_start - 1} "
            "before they were read",
        )
    return _refused(
        found,
        "retention_gap",
        f"retention removed the offsets {decision.offset} to {found.log_start - 1} before they "
        "were read: raise the input topic's retention.ms, and set kafka.retention_gap to skip or",
        "accept",
    )


def _refused(
    found: Found,
    rule: str,
    message: str,
    accepting: Literal["adopt", "accept"],
) -> Refused:
    return Refused(
        rule,
        f"{found.topic}/{found.partition} is refused: {message}",
        f"everonce ledger {accepting} --partition {found.partition}",
    )
