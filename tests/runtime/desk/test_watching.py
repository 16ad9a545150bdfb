"""Is heard what becomes of acts, and of no others?"""

from collections.abc import Sequence
from typing import Any

import pytest

from consumer.core.act import Act
from consumer.core.audit_record import ActOutcome, audit_record
from consumer.core.ledger_entry import encode
from consumer.core.letter_mark import LetterAct
from consumer.core.record import LogRecord
from consumer.desk.errors import StateUnreadableError
from consumer.desk.verdicts import Told
from consumer.desk.watching import AuditWatch, LedgerWatch, Watch
from consumer.ports import LogBounds
from tests.builders import NOW, a_parked, an_entry
from tests.fakes.log_tap import LogTap
from tests.unit.desk.desk_examples import a_mark, entry_bytes

ACT = Act("redrive", "act-1", "ada", None, NOW, "e:1", "letter-1")
OTHER = Act("redrive", "act-2", "ada", None, NOW, "e:2", "letter-2")
OURS = LetterAct("act-1", "ada", None, NOW)
SPANS = {0: LogBounds(0, 0)}


def stands(offset: int, key: bytes, value: bytes | None) -> LogRecord:
    return LogRecord("topic", 0, offset, 0, key, value)


def audits(*outcomes: tuple[Act, ActOutcome]) -> list[LogRecord]:
    written = [audit_record(act, each, topic="in", partition=0, now=NOW) for act, each in outcomes]
    return [stands(n, each.key or b"", each.value) for n, each in enumerate(written)]


async def heard(watch: Watch) -> list[tuple[str, Told]]:
    found: list[tuple[str, Told]] = []
    await watch.follow(SPANS, lambda act_id, told: found.append((act_id, told)))
    return found


def audit_watch(records: Sequence[LogRecord]) -> AuditWatch:
    return AuditWatch(LogTap({"topic": records}), "topic")


def ledger_watch(*entries: tuple[str, bytes | None], now: list[float] | None = None) -> LedgerWatch:
    records = [stands(n, key.encode(), value) for n, (key, value) in enumerate(entries)]
    clock = now or [0.0]
    return LedgerWatch(LogTap({"topic": records}), "topic", lambda: clock[0])


async def test_audit_tells_of_each_change_of_an_act_that_is_expected() -> None:
    watch = audit_watch(
        audits((ACT, "accepted"), (OTHER, "refused"), (ACT, "refused"), (ACT, "completed"))
    )
    watch.expect(ACT)

    assert await heard(watch) == [("act-1", Told("going")), ("act-1", Told("completed"))]


async def test_audit_of_what_is_settled_is_not_listened_to() -> None:
    watch = audit_watch(audits((ACT, "accepted")))
    watch.expect(ACT)
    watch.forget("act-1")
    watch.forget("act-1")
    watch.passed(ACT)

    assert await heard(watch) == []


async def test_audit_record_that_cannot_be_read_says_nothing() -> None:
    watch = audit_watch([stands(0, b"act-1", b"{}"), stands(1, b"act-1", None)])
    watch.expect(ACT)

    assert await heard(watch) == []


async def test_ledger_tells_of_a_letter_by_its_marks() -> None:
    watch = ledger_watch(
        ("progress", b"{}"),
        ("e:9", entry_bytes(a_mark("letter-9"))),
        ("e:8", entry_bytes(None)),
        ("e:1", entry_bytes(a_mark("letter-1", state="redriven", act=OURS))),
        ("e:1", entry_bytes(a_mark("letter-1", state="redriven", act=OURS))),
        ("e:1", entry_bytes(a_mark("letter-1", "letter-7", act=OURS))),
    )
    watch.expect(ACT)

    assert await heard(watch) == [
        ("act-1", Told("going")),
        ("act-1", Told("failed_again", new_dlq_id="letter-7")),
    ]


async def test_ledger_follows_a_mended_record_to_where_it_goes_on() -> None:
    watch = ledger_watch(
        ("e:5", entry_bytes(a_mark("letter-1", state="redriven", act=OURS))),
        ("r:in/0/1", entry_bytes(a_mark("letter-1", state="redriven", act=OURS, moved_to="e:5"))),
        ("e:5", entry_bytes(a_mark("letter-1", state="resolved", act=OURS))),
    )
    watch.expect(ACT)

    assert [told.verdict for _, told in await heard(watch)] == ["going", "completed"]


async def test_silence_of_the_ledger_means_a_refusal_some_time_after_it_was_passed() -> None:
    now = [0.0]
    watch = ledger_watch(("e:1", entry_bytes(a_mark("letter-1"))), now=now)
    watch.expect(ACT)
    assert await heard(watch) == []
    found: list[tuple[str, str]] = []

    def hear(act_id: str, told: Told) -> None:
        found.append((act_id, told.verdict))

    watch.passed(ACT)
    watch.look(hear)
    assert found == []
    now[0] = 10.0
    watch.passed(ACT)
    watch.look(hear)
    watch.look(hear)

    assert found == [("act-1", "refused")]


async def test_entry_tells_of_an_act_that_is_about_no_letter() -> None:
    now = [0.0]
    cancel = Act("cancel", "act-3", at=NOW, ledger_key="e:3")
    watch = ledger_watch(
        ("e:3", encode(an_entry("parked", parked=a_parked()))),
        ("e:3", encode(an_entry("dead_lettered"))),
        now=now,
    )
    watch.expect(cancel)
    watch.passed(cancel)
    now[0] = 10.0

    assert [told.verdict for _, told in await heard(watch)] == ["refused", "done"]
    watch.forget("act-3")
    watch.look(lambda *told: pytest.fail(f"{told}"))


@pytest.mark.parametrize("value", [b'{"letter":1}', b'{"v":99,"letter":{}}'])
async def test_state_that_is_none_is_named(value: bytes) -> None:
    watch = ledger_watch(("e:1", value))
    watch.expect(ACT)

    with pytest.raises(StateUnreadableError):
        await heard(watch)


async def test_replay_is_told_to_be_carried_out() -> None:
    now = [0.0]
    replay = Act("replay", "act-4")
    watch = ledger_watch(now=now)
    watch.expect(replay)
    watch.passed(replay)
    now[0] = 10.0
    found: list[Any] = []
    watch.look(lambda *told: found.append(told))

    assert [told.verdict for _, told in found] == ["done"]
