"""What did a processor answer the last time it was given the same content?"""

from collections import OrderedDict
from typing import Any

from consumer.core.in_flight import InFlight

MOST_ANSWERS = 10_000
"""Answers kept per processor; beyond it those go that were of no use for longest."""


class LastAnswers:
    """The newest answer to each content, in memory; a restart forgets them all.

    Contents are the same where their fingerprints are: event type, workflow, run and payload.
    """

    __slots__ = ("_answers",)

    def __init__(self) -> None:
        self._answers: OrderedDict[str, Any] = OrderedDict()

    def keep(self, item: InFlight, answer: Any) -> None:
        """Keep what the processor has just returned for *item*."""
        answers = self._answers
        answers[item.fingerprint] = answer
        answers.move_to_end(item.fingerprint)
        if len(answers) > MOST_ANSWERS:
            answers.popitem(last=False)

    def find(self, item: InFlight) -> tuple[Any] | None:
        """Return the answer to the content of *item*, alone in a tuple; None where none is kept."""
        answers = self._answers
        if item.fingerprint not in answers:
            return None
        answers.move_to_end(item.fingerprint)
        return (answers[item.fingerprint],)
