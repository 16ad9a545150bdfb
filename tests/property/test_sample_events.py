"""Does every sample event end as was foretold, by the processors and policies that ship?"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Settings
from consumer.core.classification import classify
from consumer.core.decode import decode
from consumer.core.failure import Failure
from processors import Context
from processors.examples.gateway import SWITCH, SWITCH_FILE
from processors.examples.sample_events import Expected, SampleEvent, SampleKind, sample_event
from processors.loading import load_processors
from processors.policies import Policies
from processors.registry import Processor

SETTINGS = Settings()
REGISTRY = load_processors(SETTINGS.processors.modules, SETTINGS.retry)
POLICIES = Policies(SETTINGS.retry)

NUMBERS = st.integers(0, 10**9)
KINDS: st.SearchStrategy[SampleKind] = st.sampled_from(["ordinary", "transient", "permanent"])


@pytest.fixture(autouse=True, scope="module")
def _gateway_up() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(SWITCH, raising=False)
        patch.delenv(SWITCH_FILE, raising=False)
        yield


async def _end_of(sample: SampleEvent) -> Expected:
    """Return how *sample* ends, told by the rules of the engine without its waits."""
    event = decode(json.dumps(sample.event).encode())
    assert not isinstance(event, Failure)
    processor = REGISTRY.match(event.event_type)
    assert processor is not None
    _, policy = POLICIES.policy_for(event.event_type, processor)
    for attempt in range(1, policy.max_attempts + 1):
        context = Context(event.event_id, attempt, policy.max_attempts)
        try:
            await _attempt(processor, event, context)
        except Exception as error:  # noqa: BLE001 - the classification is what is asked
            failure = classify(error, settings=SETTINGS.classification, policy=policy, now=0.0)
            if not failure.is_transient:
                return Expected("dead_lettered", attempt, failure.code)
        else:
            return Expected("completed", attempt)
    return Expected("dead_lettered", policy.max_attempts, "MAX_RETRIES_EXCEEDED")


async def _attempt(processor: Processor, event: Any, context: Context) -> None:
    assert processor.payload is not None
    event = event.with_payload(processor.payload.validate_python(event.payload))
    result = processor.function(event, context)
    if processor.is_async:
        await result


@given(NUMBERS, NUMBERS, KINDS)
def test_a_sample_ends_as_foretold(number: int, seed: int, kind: SampleKind) -> None:
    sample = sample_event(number, seed=seed, kind=kind)

    assert asyncio.run(_end_of(sample)) == sample.expected


@given(NUMBERS, NUMBERS, KINDS, st.integers(1, 1000))
def test_a_sample_is_the_same_for_the_same_arguments(
    number: int,
    seed: int,
    kind: SampleKind,
    keys: int,
) -> None:
    sample = sample_event(number, seed=seed, kind=kind, keys=keys)

    assert sample == sample_event(number, seed=seed, kind=kind, keys=keys)
    assert sample.key in {f"workflow-{key}" for key in range(keys)}
    assert sample.event["event_id"] != sample_event(number + 1, seed=seed).event["event_id"]
