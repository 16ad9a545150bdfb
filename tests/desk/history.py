"""What did a run leave in the topics, and what did its processors write down?"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from consumer.core.act import read_act
from consumer.core.audit_record import AuditRecord
from consumer.core.dead_letter_record import DeadLetterRecord
from consumer.core.ledger_entry import decode_entry
from consumer.core.letter_mark import LetterState
from tests.desk.checker import AskedAct, DeskHistory, ToldAct
from tests.desk.stage import Stage
from tests.faults.checker import LetterRecord
from tests.faults.history import read_topic, result_of

_PROGRESS_KEY = b"progress"


async def read_desk_history(stage: Stage, wanted: Iterable[str]) -> DeskHistory:
    """Read what a run left; *wanted* are the ids of the events that are to complete.

    Raises:
        TimeoutError: A topic could not be read to its end.
    """
    brokers, topics = stage.bootstrap_servers, stage.topics
    return DeskHistory(
        wanted=frozenset(wanted),
        results=[result_of(each) for each in await read_topic(brokers, topics.results)],
        letters=[letter_of(each) for each in await read_topic(brokers, topics.dlq)],
        acts=asked_acts(await read_topic(brokers, topics.control)),
        told=[_told(each.value) for each in await read_topic(brokers, stage.audit)],
        marks=letter_states(await read_topic(brokers, topics.state)),
        effects=read_effects(stage),
    )


def read_effects(stage: Stage) -> Counter[str]:
    """Return how often an attempt reached its end, by event id."""
    return Counter(stage.effects.read_text().splitlines())


def letter_of(record: Any) -> LetterRecord:
    """Return what a record of the dead-letter topic says."""
    letter = DeadLetterRecord.model_validate_json(record.value)
    source = letter.source
    return LetterRecord(
        letter.dlq_id,
        letter.context.event_id,
        (source.partition, source.offset),
        letter.ledger_key,
        letter.disposition,
        letter.error.code,
    )


def asked_acts(records: Iterable[Any]) -> list[AskedAct]:
    """Return the acts among *records* of the control topic, events on their way home left out."""
    found = []
    for each in records:
        act = read_act(each)
        if act.kind != "home":
            found.append(AskedAct(act.act_id, act.kind, act.dlq_id))
    return found


def _told(value: bytes) -> ToldAct:
    audit = AuditRecord.model_validate_json(value)
    return ToldAct(audit.act_id, audit.outcome, audit.dlq_id)


def letter_states(records: Iterable[Any]) -> dict[str, LetterState]:
    """Return the state of the newest letter by ledger key; *records* are of the state topic."""
    newest = {each.key: each.value for each in records}
    states: dict[str, LetterState] = {}
    for key, value in newest.items():
        if value is None or key == _PROGRESS_KEY:
            continue
        mark = decode_entry(value).letter
        # A mended record goes on under the key of its event: how it stands is told there.
        if mark is not None and mark.moved_to is None:
            states[key.decode()] = mark.state
    return states
