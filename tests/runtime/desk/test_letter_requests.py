"""Which acts does a run send, with which record?"""

from hashlib import sha256
from typing import Any

from config.topics import TopicSettings
from consumer.core.act import Act
from consumer.core.record import LogRecord
from consumer.desk.acts import Request, act_id
from consumer.desk.letter_requests import Asker, letter_requests
from consumer.desk.outlook import Kind, Outlook
from tests.builders import NOW, event_bytes
from tests.fakes.log_tap import LogTap
from tests.unit.core.letter_examples import a_letter, a_record
from tests.unit.desk.desk_examples import SPRING, a_summary, foreign, in_topic

TOPICS = TopicSettings(input="workflow-events", dlq="dlq")
ASKER = Asker("20260131T235959Z-4f1c2a", "ada", "mended")
BIG = event_bytes(payload={"x": "y" * 50_000})


async def sent(
    *chosen: tuple[Any, LogRecord],
    kind: Kind = "redrive",
    others: tuple[LogRecord, ...] = (),
    source: tuple[LogRecord, ...] = (),
    starts: dict[str, int] | None = None,
) -> tuple[list[Request], list[tuple[str, str]]]:
    """Return the acts for *chosen* letters, and what was left out."""
    outlook = Outlook(kind)
    for letter, record in chosen:
        outlook.add(letter, record)
    records = sorted([*(record for _, record in chosen), *others], key=lambda each: each.offset)
    tap = LogTap({"dlq": records, "workflow-events": source}, starts=starts)
    left_out: list[tuple[str, str]] = []
    requests = letter_requests(
        outlook,
        (tap, tap),
        TOPICS,
        ASKER,
        now=lambda: NOW,
        leave_out=lambda name, why: left_out.append((name, why)),
    )
    return [each async for each in requests], left_out


def the_act(found: tuple[list[Request], list[tuple[str, str]]]) -> Act:
    (request,), left_out = found
    assert left_out == []
    assert request.partition == 3
    return request.act


async def test_redrive_carries_the_record_byte_for_byte() -> None:
    original = a_record(value=event_bytes(), headers=[("h", b"\xff"), ("h", None)])
    letter = a_letter(original)

    act = the_act(await sent((a_summary(), in_topic(letter))))

    assert act.record is not None
    assert (act.record.key, act.record.value) == (original.key, original.value)
    assert list(act.record.headers) == list(original.headers)
    assert (act.record.topic, act.record.partition, act.record.offset) == ("workflow-events", 3, 42)
    assert (act.kind, act.ledger_key, act.dlq_id) == ("redrive", "e:e-1", letter.dlq_id)
    assert (act.operator, act.reason, act.at, act.edited) == ("ada", "mended", NOW, False)
    assert act.act_id == act_id("redrive", letter.dlq_id, ASKER.run)


async def test_discard_carries_no_record() -> None:
    act = the_act(await sent((a_summary(), in_topic()), kind="discard"))

    assert (act.kind, act.record) == ("discard", None)


async def test_only_what_was_chosen_is_asked_for() -> None:
    others = (in_topic(offset=16), in_topic(offset=18), in_topic(offset=500))

    requests, _ = await sent((a_summary(), in_topic()), others=others)

    assert len(requests) == 1


async def test_nothing_chosen_asks_for_nothing() -> None:
    assert await sent((a_summary(state="resolved"), in_topic())) == ([], [])


async def test_letter_of_another_system_names_no_entry() -> None:
    letter = a_summary(ledger_key=None, dialect="spring")

    act = the_act(await sent((letter, foreign(SPRING, event_bytes()))))

    assert (act.ledger_key, act.dlq_id) == (None, "dlq/3/17")
    assert act.record is not None
    assert (act.record.topic, act.record.partition) == ("orders", 7)


async def test_imported_letter_names_no_entry_of_this_ledger() -> None:
    act = the_act(await sent((a_summary(ledger_key=None), in_topic())))

    assert act.ledger_key is None


def cut() -> tuple[LogRecord, LogRecord]:
    """Return a letter that holds its record in part, and the record."""
    original = a_record(value=BIG, headers=(("h", b"1"),))
    record = in_topic(a_letter(original, max_bytes=8000))
    assert sha256(BIG).hexdigest().encode() in (record.value or b"")
    return record, original


async def test_cut_letter_is_redriven_from_its_source() -> None:
    record, original = cut()

    act = the_act(await sent((a_summary(), record), source=(original,)))

    assert act.record == original


async def test_cut_letter_whose_source_is_gone_or_another_is_left_out() -> None:
    record, original = cut()
    other = a_record(value=BIG.replace(b"y", b"z"), headers=(("h", b"1"),))
    later = a_record(value=BIG, timestamp=original.timestamp + 1)

    for source, starts, why in (
        ((), None, "offset 42"),
        ((original,), {"workflow-events": 43}, "offset 42"),
        ((other,), None, "is another"),
        ((later,), None, "another record"),
    ):
        requests, left_out = await sent((a_summary(), record), source=source, starts=starts)

        assert requests == []
        ((name, said),) = left_out
        assert name == "3/17"
        assert why in said
