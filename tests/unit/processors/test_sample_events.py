"""Do sample events show everything there is to see?"""

from datetime import UTC, datetime

import pytest

from processors.examples.sample_events import SampleKind, sample_event

MANY = range(300)


def test_samples_are_of_every_family_on_many_keys() -> None:
    samples = [sample_event(number) for number in MANY]

    types = [sample.event["event_type"] for sample in samples]
    assert set(types) == {"order.created", "invoice.issued", "shipment.requested"}
    assert len({sample.key for sample in samples}) > 80
    assert len({sample.event["event_id"] for sample in samples}) == len(MANY)


@pytest.mark.parametrize(
    ("kind", "ends"),
    [
        ("ordinary", {("completed", 1, None)}),
        ("transient", {("completed", 2, None), ("completed", 3, None)}),
        (
            "permanent",
            {("dead_lettered", 1, "INVALID_INPUT"), ("dead_lettered", 1, "EXECUTION_FAILED")},
        ),
    ],
)
def test_each_kind_ends_in_its_own_ways(
    kind: SampleKind,
    ends: set[tuple[str, int, str | None]],
) -> None:
    found = [sample_event(number, kind=kind).expected for number in MANY]

    assert {(end.outcome, end.attempts, end.code) for end in found} == ends


def test_another_seed_gives_other_ids() -> None:
    ids = {sample_event(number, seed=seed).event["event_id"] for number in MANY for seed in (1, 2)}

    assert len(ids) == 2 * len(MANY)


def test_the_time_of_a_sample_can_be_given() -> None:
    moment = datetime(2030, 5, 6, tzinfo=UTC)

    assert sample_event(1, occurred_at=moment).event["occurred_at"] == "2030-05-06T00:00:00+00:00"


def test_some_failures_ask_to_be_left_alone_for_a_while() -> None:
    asked = [sample_event(number, kind="transient").event["payload"] for number in MANY]

    waits = {payload["simulate"].get("retry_after") for payload in asked}
    assert waits == {None, 0.05}
