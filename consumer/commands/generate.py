"""Which records does a generated load have?

Sample events of ``processors.examples``, some of them sent twice, some failing, some that are no
event at all.  A seed decides everything: the same seed, the same bytes.
"""

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import orjson

from consumer.core.output import OutputRecord
from processors.examples.sample_events import SampleKind, sample_event

Kind = Literal["ordinary", "transient", "permanent", "poison", "duplicate", "tombstone"]

_NEAR = 500
"""A duplicate repeats one of the last so many: its original may still be in flight."""
_HOPELESS_SHARE = 0.25
_HOPELESS_FAILURES = 99

POISON = (
    b"\xff\xfe\x00binary, not UTF-8",
    b'{"event_id": "cut off in the mid',
    b'{"event_id": "", "event_type": "order.created", "payload": {}}',
    b"[1, 2, 3]",
    (
        b'{"event_id": "n", "event_type": "order.created", "workflow_id": "w",'
        b' "workflow_run_id": "r",'
        b' "occurred_at": "2026-01-01T00:00:00Z", "payload": {"amount": 1.00000000000000000001}}'
    ),
    (
        b'{"event_id": "t", "event_type": "order.created", "workflow_id": "w",'
        b' "workflow_run_id": "r",'
        b' "occurred_at": "yesterday", "payload": {}}'
    ),
    b"\x1b[2J\x1b]0;owned\x07 a terminal would obey this",
)
"""Values that are no event, each for another reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """What a load consists of; shares are of all its records, the rest is ordinary."""

    keys: int = 100
    duplicates: float = 0.0
    transient: float = 0.0
    permanent: float = 0.0
    """A quarter of them fails transiently for ever, and is given up after some attempts."""
    poison: float = 0.0
    tombstones: float = 0.0
    seed: int | None = None
    """Without it every load has other events, which happened now."""


@dataclass(frozen=True, slots=True)
class Generated:
    """A record to publish, and what it is."""

    kind: Kind
    event_id: str | None
    """None where the value is no event."""
    record: OutputRecord


def generated(mix: Mix, count: int) -> Iterator[Generated]:
    """Yield *count* records."""
    seed = random.SystemRandom().getrandbits(32) if mix.seed is None else mix.seed
    chance = random.Random(f"load/{seed}")  # noqa: S311 - variety, not secrecy
    shares: dict[Kind, float] = {
        "duplicate": mix.duplicates,
        "transient": mix.transient,
        "permanent": mix.permanent,
        "poison": mix.poison,
        "tombstone": mix.tombstones,
    }
    shares["ordinary"] = max(0.0, 1 - sum(shares.values()))
    recent: deque[Generated] = deque(maxlen=_NEAR)
    for number in range(count):
        (kind,) = chance.choices(list(shares), list(shares.values()))
        if kind == "duplicate" and recent:
            original = chance.choice(recent)
            yield Generated("duplicate", original.event_id, original.record)
            continue
        made = _made(kind, number, chance, mix, seed)
        if made.kind in ("ordinary", "transient"):
            recent.append(made)
        yield made


def _made(kind: Kind, number: int, chance: random.Random, mix: Mix, seed: int) -> Generated:
    key = f"workflow-{chance.randrange(mix.keys)}".encode()
    if kind == "tombstone":
        return Generated(kind, None, OutputRecord(key, None))
    if kind == "poison":
        return Generated(kind, None, OutputRecord(key, POISON[number % len(POISON)]))
    hopeless = kind == "permanent" and chance.random() < _HOPELESS_SHARE
    # The first of a load has nothing to be a duplicate of.
    wanted: SampleKind = "ordinary" if hopeless or kind == "duplicate" else kind
    now = datetime.now(UTC) if mix.seed is None else None
    sample = sample_event(number, seed=seed, kind=wanted, keys=mix.keys, occurred_at=now)
    event = dict(sample.event)
    if hopeless:
        event["payload"] = {**event["payload"], "simulate": {"transient": _HOPELESS_FAILURES}}
    record = OutputRecord(sample.key.encode(), orjson.dumps(event))
    return Generated(kind if kind == "permanent" else wanted, str(event["event_id"]), record)
