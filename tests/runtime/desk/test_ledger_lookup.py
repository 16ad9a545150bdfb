"""What is found in the ledger under a name?"""

import pytest

from config.topics import TopicSettings
from consumer.core.ledger_entry import encode
from consumer.core.record import LogRecord
from consumer.desk.errors import StateUnreadableError
from consumer.desk.ledger_lookup import look_up
from tests.builders import NOW, a_parked, an_entry
from tests.fakes.log_tap import LogTap
from tests.unit.desk.desk_examples import a_mark

TOPICS = TopicSettings(state="state")


def stands(offset: int, key: str, value: bytes | None, partition: int = 0) -> LogRecord:
    return LogRecord("state", partition, offset, int(NOW * 1000), key.encode(), value)


RECORDS = [
    stands(0, "progress", b"event-1 is in no entry here"),
    stands(1, "e:event-2", encode(an_entry("completed"))),
    stands(2, "e:event-1", encode(an_entry("parked", parked=a_parked()))),
    stands(3, "c:x1:00:e:event-2", encode(an_entry("completed"))),
    stands(4, "e:event-1", encode(an_entry("completed"))),
    stands(5, "e:gone", encode(an_entry("completed"))),
    stands(6, "e:gone", None),
    stands(7, "k:orders:1", encode(an_entry("parked", parked=a_parked())), partition=1),
    stands(8, "e:event-3", encode(an_entry("dead_lettered", letter=a_mark("l-1", "l-2")))),
    stands(9, "e:event-4", encode(an_entry("completed", result=b'"l-1 event-1"'))),
]


async def found(name: str) -> list[tuple[int, str, str | None]]:
    tap = LogTap({"state": RECORDS})
    return [
        (each.partition, each.ledger_key, each.entry.status if each.entry else None)
        for each in await look_up(tap, TOPICS, name)
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("event-1", [(0, "e:event-1", "completed"), (1, "k:orders:1", "parked")]),
        ("e:event-1", [(0, "e:event-1", "completed")]),
        (
            "event-2",
            [(0, "c:x1:00:e:event-2", "completed"), (0, "e:event-2", "completed")],
        ),
        ("gone", [(0, "e:gone", None)]),
        ("k:orders:1", [(1, "k:orders:1", "parked")]),
        ("l-1", [(0, "e:event-3", "dead_lettered")]),
        ("l-2", [(0, "e:event-3", "dead_lettered")]),
        ("progress", []),
        ("nothing", []),
    ],
)
async def test_name_is_an_event_id_a_ledger_key_or_a_letter(
    name: str, expected: list[tuple[int, str, str | None]]
) -> None:
    assert await found(name) == expected


async def test_where_and_when_it_stands_is_told() -> None:
    (each,) = await look_up(LogTap({"state": RECORDS}), TOPICS, "event-3")

    assert (each.offset, each.written_at, each.value) == (8, NOW, RECORDS[8].value)


@pytest.mark.parametrize("value", [b"event-1", b'{"v":99,"status":"completed"}'])
async def test_what_is_no_entry_is_named(value: bytes) -> None:
    tap = LogTap({"state": [stands(0, "e:event-1", value)]})

    with pytest.raises(StateUnreadableError):
        await look_up(tap, TOPICS, "event-1")
