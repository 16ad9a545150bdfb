"""Letters joined with what the ledger and the audit topic say of them, from topics in memory."""

from collections.abc import Sequence

import pytest

from config.topics import TopicSettings
from consumer.core.dead_letter import DeadLetter
from consumer.core.dead_letter_record import LetterSource
from consumer.core.record import LogRecord
from consumer.desk.errors import (
    AmbiguousNameError,
    DeskError,
    LetterMissingError,
    PartitionMissingError,
    SourceMissingError,
    StateUnreadableError,
)
from consumer.desk.finding import find, known_names
from consumer.desk.letters import Letter
from consumer.desk.reading import read_letters
from consumer.desk.selection import Selection
from consumer.desk.sources import source_record
from consumer.desk.summary import IMPORTED_HEADER
from consumer.desk.whole import read_whole
from tests.fakes.tap import MemoryTap
from tests.unit.core.letter_examples import NOW, a_letter, a_record, an_event
from tests.unit.desk.desk_examples import (
    SPRING,
    a_mark,
    audit_bytes,
    entry_bytes,
    foreign,
    in_topic,
)

TOPICS = TopicSettings(input="in", dlq="dlq", state="state", audit="audit")
ALL = Selection(states=frozenset())
Partitions = Sequence[Sequence[LogRecord]]


def written(number: int, ledger_key: str = "") -> DeadLetter:
    event_id = f"e-{number}"
    return a_letter(
        a_record(offset=number),
        event=an_event(event_id=event_id),
        ledger_key=ledger_key or f"e:{event_id}",
    )


def an_entry_record(key: str, value: bytes | None) -> LogRecord:
    return LogRecord("state", 0, 0, int(NOW * 1000), key.encode(), value)


def audited(value: bytes) -> LogRecord:
    return LogRecord("audit", 0, 0, int(NOW * 1000), b"act", value)


def a_tap(
    letters: Partitions, entries: Partitions = ((), ()), acts: Partitions = ((), ())
) -> MemoryTap:
    return MemoryTap({"dlq": letters, "state": entries, "audit": acts})


async def read(
    tap: MemoryTap, selection: Selection = ALL, partition: int | None = None
) -> list[Letter]:
    return [letter async for letter in read_letters(tap, TOPICS, selection, partition)]


async def test_each_letter_has_the_state_that_its_partition_says() -> None:
    letters = [written(number) for number in range(3)]
    entries = [
        an_entry_record("e:e-0", entry_bytes(a_mark(letters[0].dlq_id))),
        an_entry_record("e:e-1", entry_bytes(a_mark(letters[1].dlq_id, state="resolved"))),
    ]
    tap = a_tap(
        [[in_topic(letters[0]), in_topic(letters[1])], [in_topic(letters[2])]], [entries, []]
    )

    found = await read(tap)

    assert [(each.event_id, each.state) for each in found] == [
        ("e-0", "open"),
        ("e-1", "resolved"),
        ("e-2", "forgotten"),
    ]
    assert [(each.partition, each.offset) for each in found] == [(0, 0), (0, 1), (1, 0)]
    assert [each.event_id async for each in read_letters(tap, TOPICS, Selection())] == ["e-0"]


async def test_end_of_the_letters_is_asked_for_before_that_of_the_ledger() -> None:
    tap = a_tap([[in_topic()], []], [[an_entry_record("e:x", None)], []])

    await read(tap)

    assert tap.asked == [
        ("bounds", "dlq"),
        ("bounds", "state"),
        ("bounds", "audit"),
        ("read", "state/0"),
        ("read", "dlq/0"),
    ]


async def test_ledger_of_a_partition_without_letters_is_not_read() -> None:
    tap = a_tap([[], [in_topic()]], [[an_entry_record("e:x", None)], []])

    await read(tap)

    assert ("read", "state/0") not in tap.asked


async def test_only_the_partition_that_was_asked_for_is_read() -> None:
    tap = a_tap([[in_topic(written(1))], [in_topic(written(2))]])

    assert [each.event_id for each in await read(tap, partition=1)] == ["e-2"]
    assert [each.event_id for each in await read(tap, Selection(states=(), partition=0))] == ["e-1"]
    with pytest.raises(PartitionMissingError, match="dlq has no partition 7: it has 2"):
        await read(tap, partition=7)


async def test_letter_that_was_written_twice_is_read_once() -> None:
    letter = written(1)
    entry = an_entry_record("e:e-1", entry_bytes(a_mark(letter.dlq_id)))

    found = await read(a_tap([[in_topic(letter), in_topic(letter)], []], [[entry], []]))

    assert [each.offset for each in found] == [0]


async def test_progress_counts_every_offset_up_to_all_of_them() -> None:
    letters = [[in_topic(written(number)) for number in range(5)], []]
    tap = a_tap(letters, [[], [an_entry_record("e:x", None)]])
    told: list[tuple[int, int]] = []

    reading = read_letters(tap, TOPICS, ALL, progress=lambda *step: told.append(step))
    assert len([letter async for letter in reading]) == 5

    assert told[-1] == (6, 6)
    assert sorted(told) == told


async def test_letters_without_an_entry_have_the_state_of_the_audit() -> None:
    imported = written(1)
    headers = [*imported.headers, (IMPORTED_HEADER, b"then")]
    letters = [[foreign(SPRING), in_topic(imported, headers=headers), foreign(SPRING)], []]
    acts = [
        audited(audit_bytes(dlq_id="dlq/0/0", outcome="completed")),
        audited(audit_bytes(dlq_id=imported.dlq_id, outcome="dead_lettered", new_dlq_id="new")),
    ]

    found = await read(a_tap(letters, acts=[acts, []]))

    assert [each.state for each in found] == ["resolved", "failed_again", "open"]


async def test_without_an_audit_topic_they_are_open() -> None:
    tap = MemoryTap({"dlq": [[foreign(SPRING)]], "state": [[]]})
    silent = TOPICS.model_copy(update={"audit": None})

    assert [each.state async for each in read_letters(tap, TOPICS, ALL)] == ["open"]
    assert [each.state async for each in read_letters(tap, silent, ALL)] == ["open"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b'{"v":2,"letter":{}}', "version 2"),
        (b'{"v":1,"letter":{}}', "state/0/0 is no entry of a ledger"),
        (b'{"v":1,"letter":', "state/0/0 is no entry of a ledger"),
    ],
)
async def test_state_topic_that_is_none_is_named(value: bytes, message: str) -> None:
    tap = a_tap([[in_topic()], []], [[an_entry_record("e:x", value)], []])

    with pytest.raises(StateUnreadableError, match=message):
        await read(tap)


async def test_whole_letter_has_its_entry_and_what_was_asked_about_it() -> None:
    letter = written(1)
    entry = an_entry_record("e:e-1", entry_bytes(a_mark(letter.dlq_id, state="discarded")))
    acts = [
        audited(audit_bytes(dlq_id=letter.dlq_id, ledger_key="e:e-1", outcome="refused")),
        audited(audit_bytes(dlq_id="another", detail=letter.dlq_id)),
        audited(b"no json, but " + letter.dlq_id.encode()),
        audited(audit_bytes(dlq_id="old", new_dlq_id=letter.dlq_id, outcome="dead_lettered")),
    ]
    tap = a_tap([[], [in_topic(letter)]], [[], [entry]], [[], acts])

    whole = await read_whole(tap, TOPICS, letter.dlq_id)

    assert whole.letter.state == "discarded"
    assert whole.envelope.dlq_id == letter.dlq_id
    assert whole.record.partition == 1
    assert whole.standing is not None
    assert whole.standing.status == "dead_lettered"
    assert [each.outcome for each in whole.audit] == ["refused", "dead_lettered"]


async def test_mended_record_stands_as_the_entry_it_has_moved_to() -> None:
    letter = written(1, "r:in/0/1")
    moved = a_mark(letter.dlq_id, state="redriven", moved_to="e:mended")
    entries = [
        an_entry_record("r:in/0/1", entry_bytes(moved)),
        an_entry_record("e:mended", entry_bytes(a_mark(letter.dlq_id, state="resolved"))),
    ]
    tap = a_tap([[in_topic(letter)], []], [entries, []])

    whole = await read_whole(tap, TOPICS, letter.dlq_id[:8])

    assert whole.letter.state == "resolved"
    assert (whole.entry is not None, whole.moved is not None) == (True, True)
    assert whole.standing == whole.moved


async def test_whole_letter_without_an_entry_is_forgotten() -> None:
    letter = written(1)
    gone = [an_entry_record("e:e-1", entry_bytes(a_mark(letter.dlq_id)))] * 1
    tap = a_tap([[in_topic(letter)], []], [[*gone, an_entry_record("e:e-1", None)], []])

    whole = await read_whole(tap, TOPICS, "0/0")

    assert (whole.letter.state, whole.standing) == ("forgotten", None)


async def test_entry_that_cannot_be_read_is_named() -> None:
    entry = an_entry_record("e:e-1", b"not an entry")

    with pytest.raises(StateUnreadableError, match="'e:e-1' in state is no entry"):
        await read_whole(a_tap([[in_topic(written(1))], []], [[entry], []]), TOPICS, "0/0")


@pytest.mark.parametrize("name", ["1/0", "dlq/1/0"])
async def test_letter_is_found_by_its_place(name: str) -> None:
    tap = a_tap([[], [foreign(SPRING)]])

    assert (await find(tap, TOPICS, name)).partition == 1
    assert ("read", "dlq/0") not in tap.asked


@pytest.mark.parametrize("name", ["0/0", "9/0", "other/1/0", "123456", "\x1b[2J\x1b[2J"])
async def test_letter_that_is_not_there_is_missing(name: str) -> None:
    with pytest.raises(LetterMissingError, match="dlq has no letter"):
        await find(a_tap([[], [foreign(SPRING)]]), TOPICS, name)


async def test_beginning_of_a_name_must_be_long_and_of_one_letter() -> None:
    one, two = (
        in_topic(headers=[("everonce-dlq-id", name)]) for name in (b"abcdef-1", b"abcdef-2")
    )
    tap = a_tap([[one, one], [two]])

    with pytest.raises(DeskError, match="too short"):
        await find(tap, TOPICS, "abcde")
    with pytest.raises(AmbiguousNameError, match=r"2 letters .*abcdef-1, abcdef-2"):
        await find(tap, TOPICS, "abcdef")
    assert (await find(tap, TOPICS, "abcdef-2")).partition == 1


async def test_names_are_those_of_all_letters() -> None:
    letter = written(1)
    told: list[tuple[int, int]] = []
    tap = a_tap([[in_topic(letter)], [foreign(SPRING)]])

    names = known_names(tap, TOPICS, lambda *step: told.append(step))

    assert [name async for name in names] == [letter.dlq_id, "dlq/1/0"]
    assert told == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (("nowhere", 0, 0, 5), "no topic 'nowhere' here"),
        (("in", 7, 0, 5), "is no more"),
        (("in", 0, 3, 5), "is no more"),
        (("in", 0, 0, 6), "recreated"),
    ],
)
async def test_source_that_is_gone_says_why(source: tuple[str, int, int, int], why: str) -> None:
    tap = MemoryTap({"in": [[LogRecord("in", 0, 0, 5, None, b"there")]]})
    topic, partition, offset, timestamp = source

    with pytest.raises(SourceMissingError, match=why):
        await source_record(
            tap,
            LetterSource(topic=topic, partition=partition, offset=offset, timestamp=timestamp),
        )


@pytest.mark.parametrize("timestamp", [5, -1])
async def test_source_that_is_there_is_read(timestamp: int) -> None:
    tap = MemoryTap({"in": [[LogRecord("in", 0, 0, 5, None, b"there")]]})
    source = LetterSource(topic="in", partition=0, offset=0, timestamp=timestamp)

    assert (await source_record(tap, source)).value == b"there"
