"""Which events of the input would run again?"""

from typing import Any

import pytest

from consumer.core.record import LogRecord
from consumer.desk.acts import act_id
from consumer.desk.letter_requests import Asker
from consumer.desk.replaying import Wanted, replay_outlook, replay_requests
from tests.builders import NOW, a_record, event_bytes
from tests.fakes.log_tap import LogTap

ASKER = Asker("20260131T235959Z-4f1c2a", "ada", "wrong rate")
RECORDS = [
    a_record(event_bytes("1"), offset=0, key=b"a", headers=(("h", b"x"),)),
    a_record(event_bytes("2", event_type="invoice.created"), offset=1, key=b"b"),
    a_record(b"poison", offset=2),
    a_record(None, offset=3),
    a_record(event_bytes("3", event_type="invoice.paid"), offset=4, key=b"a"),
    a_record(event_bytes("4"), offset=0, key=b"c", partition=1),
]


async def replayed(wanted: Wanted, before: frozenset[str] = frozenset()) -> list[Any]:
    tap = LogTap({"workflow-events": RECORDS})
    spans = await tap.bounds("workflow-events")
    requests = replay_requests(
        tap, "workflow-events", spans, wanted, ASKER, before=before, now=lambda: NOW
    )
    return [each async for each in requests]


def ids(requests: list[Any]) -> list[str]:
    return [each.act.record.value.split(b'"')[3].decode() for each in requests]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), ["1", "2", "3", "4"]),
        (Wanted(type_pattern="invoice.*"), ["2", "3"]),
        (Wanted(key=b"a"), ["1", "3"]),
        (Wanted(event_ids=frozenset({"4", "5"})), ["4"]),
        (Wanted(key=b"a", type_pattern="order.*"), ["1"]),
    ],
)
async def test_what_is_wanted_runs_again_and_the_outlook_says_so(
    wanted: Wanted, expected: list[str]
) -> None:
    tap = LogTap({"workflow-events": RECORDS})

    outlook = await replay_outlook(
        tap, "workflow-events", await tap.bounds("workflow-events"), wanted
    )

    assert ids(await replayed(wanted)) == expected
    assert outlook.chosen == len(expected) == outlook.types.total()
    assert (outlook.poison, outlook.tombstones) == (1, 1)
    assert [event_id for _, event_id, _ in outlook.sample] == expected


async def test_replay_carries_the_record_as_it_stands() -> None:
    (request,) = await replayed(Wanted(event_ids=frozenset({"1"})))

    act = request.act
    assert (request.partition, act.kind, act.ledger_key, act.dlq_id) == (0, "replay", None, None)
    assert act.record == LogRecord(
        "workflow-events", 0, 0, RECORDS[0].timestamp, b"a", RECORDS[0].value, (("h", b"x"),)
    )
    assert (act.operator, act.reason, act.at) == ("ada", "wrong rate", NOW)
    assert act.act_id == act_id("replay", "workflow-events/0/0", ASKER.run)


async def test_what_the_run_has_asked_for_is_not_asked_for_again() -> None:
    before = frozenset({act_id("replay", "workflow-events/0/1", ASKER.run)})

    assert ids(await replayed(Wanted(), before)) == ["1", "3", "4"]
