"""Of what is a session made, once it reads?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from consumer.core.settlement import Rules
from consumer.ports import Writer
from consumer.runtime.control import Control
from consumer.runtime.due import Due
from consumer.runtime.environment import Environment
from consumer.runtime.group_commit import GroupCommit
from consumer.runtime.intake import Intake
from consumer.runtime.parking import Parking
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.reading import Reading
from consumer.runtime.settlements import Settlements
from consumer.runtime.settling import Settling
from consumer.runtime.suspects import Suspects
from consumer.runtime.traced import TracedSettlements, TracedSettling
from consumer.runtime.trimming import Trimming
from consumer.runtime.turns import Turns


@dataclass(frozen=True, slots=True)
class Parts:
    """What works on one partition's state."""

    turns: Turns
    settling: Settling
    """Told of the outcomes of attempts."""
    reading: Reading
    """Takes the partition's records."""
    commit: GroupCommit
    control: Control
    due: Due
    suspects: Suspects
    trimming: Trimming


def parts_of(
    env: Environment,
    state: PartitionState,
    writer: Writer,
    owner: Any,
    *,
    moved: Callable[[], None],
    cautious_before: int,
) -> Parts:
    """Return the parts of a session.

    Args:
        env: Of the process.
        state: What the session knows.
        writer: Its own, which has fenced.
        owner: The session.
        moved: Called after each commit.
        cautious_before: As ``Control`` has it.
    """
    rules = _rules(env, state.partition)
    turns = Turns(env, state)
    parking = Parking(env, state, rules, turns, owner)
    suspects = Suspects(env, state, turns)
    is_traced = env.tracer is not None
    settlements = (TracedSettlements if is_traced else Settlements)(
        env, state, rules, turns, parking
    )
    settling = (TracedSettling if is_traced else Settling)(env, state, rules, parking, settlements)
    control = Control.of(env, state, settlements, parking, owner, cautious_before=cautious_before)
    intake = Intake(env, state, settlements, parking, owner)
    return Parts(
        turns=turns,
        settling=settling,
        reading=Reading(env, state, intake, settling.guard, control),
        commit=GroupCommit(env, state, writer, parking, suspects, moved),
        control=control,
        due=Due(env, state, parking, owner),
        suspects=suspects,
        trimming=Trimming(env, state),
    )


def _rules(env: Environment, partition: int) -> Rules:
    settings = env.settings
    return Rules(
        topic=settings.topics.input,
        partition=partition,
        keep_results=settings.dedup.keeps_results,
        keep_result_max_bytes=settings.dedup.keep_result_max_bytes,
        limits=dict(env.limits),
        consumer=settings.kafka.group_id,
        version=env.version,
        letter_dialect=settings.dlq.headers,
    )
