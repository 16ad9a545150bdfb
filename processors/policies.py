"""Which retry policy do the events of a type get?

A policy that is named wins over a criticality, the settings over the processor: a binding with a
policy, else the processor's policy, else a binding with a criticality, else the processor's
criticality, else ``retry.default_policy``.
"""

import fnmatch
import functools
from collections.abc import Iterable, Iterator

from config.policies import POLICY_OF_CRITICALITY, Criticality, RetryPolicy
from config.problems import Problem
from config.retries import RetrySettings
from config.values import listed
from processors.registry import Processor

# As in the registry: types come from producers.
_REMEMBERED_TYPES = 4096
_REMEMBERED_LENGTH = 256

_Asked = tuple[str | None, Criticality | None]
_NOTHING: _Asked = (None, None)


class Policies:
    """The policies of a deployment, looked up per event."""

    def __init__(self, retry: RetrySettings) -> None:
        self._bindings = retry.bindings
        self._default = retry.default_policy
        self._named = retry.named()
        self._remember = functools.lru_cache(_REMEMBERED_TYPES)(self._search)

    def policy_for(self, event_type: str, processor: Processor | None) -> tuple[str, RetryPolicy]:
        """Return name and limits of the policy for *event_type*.

        Args:
            event_type: As the event says.
            processor: Whose event it is; None where no processor wants it.
        """
        asked = (processor.policy, processor.criticality) if processor is not None else _NOTHING
        if len(event_type) > _REMEMBERED_LENGTH:
            return self._search(event_type, asked)
        return self._remember(event_type, asked)

    @property
    def remembered_types(self) -> int:
        """How many event types are remembered; never more than 4,096."""
        return self._remember.cache_info().currsize

    def _search(self, event_type: str, asked: _Asked) -> tuple[str, RetryPolicy]:
        policy, criticality = asked
        matching = [b for b in self._bindings if fnmatch.fnmatchcase(event_type, b.event_type)]
        name = next((b.policy for b in matching if b.policy is not None), policy)
        if name is None:
            criticality = next((b.criticality for b in matching if b.criticality), criticality)
            name = POLICY_OF_CRITICALITY[criticality] if criticality else self._default
        return name, self._named[name]


def policy_for(
    event_type: str,
    processor: Processor | None,
    retry: RetrySettings,
) -> tuple[str, RetryPolicy]:
    """Return name and limits of one policy; ``Policies`` remembers them."""
    return Policies(retry).policy_for(event_type, processor)


def unknown_policies(processors: Iterable[Processor], retry: RetrySettings) -> Iterator[Problem]:
    """Yield a problem for every processor that asks for a policy that there is not."""
    known = retry.named()
    for processor in processors:
        if processor.policy is not None and processor.policy not in known:
            yield Problem(
                "retry.policies",
                f"{processor.name} ({processor.pattern!r}) asks for policy {processor.policy!r}, "
                f"which there is not: use one of {listed(known)}, or define it",
            )
