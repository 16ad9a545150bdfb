"""The account of the sample: it adds up where all is well, and names what does not."""

from collections.abc import Mapping, Sequence

import pytest

from consumer.commands.sample.accounting import (
    Account,
    Answer,
    Coordinates,
    Evidence,
    Kind,
    Published,
    account,
)


def a_record(offset: int, kind: Kind = "ordinary", event_id: str | None = "") -> Published:
    named = f"e{offset}" if event_id == "" else event_id
    return Published(kind, named, Coordinates(0, offset))


def a_success(offset: int, event_id: str = "") -> Answer:
    return Answer(Coordinates(0, offset), event_id or f"e{offset}", "success")


def an_error(offset: int) -> Answer:
    return Answer(Coordinates(0, offset), f"e{offset}", "error")


def accounted(
    published: Sequence[Published],
    answers: Sequence[Answer] = (),
    letters: Sequence[int] = (),
    entries: Mapping[str, str] | None = None,
) -> Account:
    sources = [Coordinates(0, offset) for offset in letters]
    evidence = Evidence(answers, sources, entries or {})
    return account(published, evidence, by_event_id=entries is not None)


ALL_WELL = (
    a_record(0),
    a_record(1, "transient"),
    a_record(2, "permanent"),
    a_record(3, "poison", None),
    a_record(4, "duplicate", "e0"),
    a_record(5, "tombstone", None),
)
ANSWERS = (a_success(0), a_success(1), an_error(2))
LETTERS = (2, 3)
ENTRIES = {"e0": "completed", "e1": "completed", "e2": "dead_lettered"}


def test_each_record_has_one_outcome_where_all_is_well() -> None:
    result = accounted(ALL_WELL, ANSWERS, LETTERS, ENTRIES)

    assert result.counts == {
        ("ordinary", "completed"): 1,
        ("transient", "completed"): 1,
        ("permanent", "dead-lettered"): 1,
        ("poison", "dead-lettered"): 1,
        ("duplicate", "duplicate"): 1,
        ("tombstone", "ignored"): 1,
    }
    assert result.problems == []
    assert result.total() == len(ALL_WELL)
    assert result.total("ordinary") == result.total(None, "duplicate") == 1


def test_a_duplicate_that_was_read_first_is_the_one_that_completes() -> None:
    published = (a_record(0, event_id="e"), a_record(1, "duplicate", "e"))

    result = accounted(published, [a_success(1, "e")], entries={"e": "completed"})

    assert result.counts == {("ordinary", "duplicate"): 1, ("duplicate", "completed"): 1}
    assert result.problems == []


def test_records_of_others_are_passed_over() -> None:
    others = (Answer(Coordinates(7, 7), "other", "success"), an_error(99))

    result = accounted([a_record(0)], [a_success(0), *others], [77])

    assert result.problems == []
    assert result.total() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"answers": ANSWERS[1:]}, "2 published records have no outcome, the first is 0/0"),
        ({"letters": (2,)}, "1 published records have no outcome, the first is 0/3"),
        ({"answers": (*ANSWERS, a_success(4, "e0"))}, "1 events have more than one success"),
        ({"answers": (*ANSWERS, a_success(1))}, "1 events have more than one success"),
        ({"letters": (2, 3, 3)}, "1 records have more than one dead letter, the first is 0/3"),
        ({"answers": (*ANSWERS, a_success(2))}, "1 records are both completed and dead-lettered"),
        ({"answers": (*ANSWERS, an_error(0))}, "1 error results have no letter"),
        ({"entries": {**ENTRIES, "e1": "running"}}, "1 settled events are not in the state topic"),
        ({"entries": {}}, "3 settled events are not in the state topic"),
    ],
)
def test_what_does_not_add_up_is_named(changed: dict[str, object], said: str) -> None:
    parts: dict[str, object] = {"answers": ANSWERS, "letters": LETTERS, "entries": ENTRIES}

    result = accounted(ALL_WELL, **{**parts, **changed})  # type: ignore[arg-type]

    assert any(problem.startswith(said) for problem in result.problems), result.problems
