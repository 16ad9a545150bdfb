"""Who hears what became of an operator's act?

The audit topic, where there is one, in the transaction that makes it so; and telemetry, once that
is visible.
"""

from consumer.core.act import Act
from consumer.core.act_facts import ActAnswer, ActDone
from consumer.core.audit_record import ActOutcome, audit_record
from consumer.runtime.environment import Environment


class ActOutcomes:
    """The outcomes of acts in one partition."""

    def __init__(self, env: Environment, partition: int) -> None:
        self._env = env
        self._partition = partition

    def answer(
        self,
        act: Act,
        outcome: ActOutcome,
        *,
        detail: str | None = None,
        new_dlq_id: str | None = None,
    ) -> ActAnswer:
        """Return what is told of *act* with the commit that makes it so."""
        topics = self._env.settings.topics
        fact = ActDone(
            act.kind,
            outcome,
            topics.input,
            self._partition,
            act.act_id,
            act.operator,
            act.ledger_key,
            act.dlq_id,
            detail,
        )
        if topics.audit is None:
            return ActAnswer(fact, None)
        record = audit_record(
            act,
            outcome,
            topic=topics.input,
            partition=self._partition,
            now=self._env.clocks.now(),
            detail=detail,
            new_dlq_id=new_dlq_id,
        )
        return ActAnswer(fact, record)
