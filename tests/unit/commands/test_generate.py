"""Generated loads: the same for the same seed, and of the kinds they claim."""

import itertools

import pytest

from consumer.commands.generate import POISON, Generated, Mix, generated
from consumer.core.decode import decode
from consumer.core.failure import Failure

MIX = Mix(
    keys=7,
    duplicates=0.2,
    transient=0.1,
    permanent=0.1,
    poison=0.1,
    tombstones=0.1,
    seed=5,
)


def load(mix: Mix = MIX, count: int = 1000) -> list[Generated]:
    return list(generated(mix, count))


def test_a_seed_decides_every_byte() -> None:
    assert load() == load()


def test_without_a_seed_every_load_has_other_events() -> None:
    ids = [{each.event_id for each in generated(Mix(), 50)} for _ in range(2)]

    assert not ids[0] & ids[1]


def test_shares_are_about_what_was_asked_for() -> None:
    kinds: list[str] = [each.kind for each in load()]

    for kind, share in (("duplicate", 0.2), ("poison", 0.1), ("tombstone", 0.1), ("ordinary", 0.4)):
        assert abs(kinds.count(kind) / len(kinds) - share) < 0.05, kind


def test_a_duplicate_is_an_earlier_record_byte_for_byte() -> None:
    records = load()

    for place, each in enumerate(records):
        if each.kind == "duplicate":
            assert each.record in [earlier.record for earlier in records[:place]]


def test_every_other_event_has_an_id_of_its_own() -> None:
    ids = [each.event_id for each in load() if each.event_id and each.kind != "duplicate"]

    assert len(ids) == len(set(ids))


def test_a_load_that_would_begin_with_a_duplicate_begins_with_an_event() -> None:
    first = next(generated(Mix(duplicates=1.0, seed=1), 1))

    assert first.kind == "ordinary"


def test_events_decode_and_poison_does_not() -> None:
    for each in load():
        if each.kind == "tombstone":
            assert each.record.value is None
        else:
            verdict = decode(each.record.value or b"")
            assert isinstance(verdict, Failure) == (each.kind == "poison")


@pytest.mark.parametrize("value", POISON)
def test_each_poison_is_no_event(value: bytes) -> None:
    assert isinstance(decode(value), Failure)


def test_keys_are_as_many_as_asked_for() -> None:
    assert len({each.record.key for each in load()}) == 7


def test_some_of_the_permanent_ones_fail_transiently_for_ever() -> None:
    bad = [each.record.value or b"" for each in load() if each.kind == "permanent"]

    hopeless = [value for value in bad if b'"transient":99' in value]
    assert 0 < len(hopeless) < len(bad)


def test_an_endless_wish_is_met_lazily() -> None:
    assert len(list(itertools.islice(generated(MIX, 10**9), 3))) == 3
