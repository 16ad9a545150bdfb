"""The events of a run are those that its mix asks for."""

import itertools
from collections import Counter, defaultdict

from tests.desk.events import Mix, planned
from tests.desk.home import COPIES, copied_records
from tests.desk.once import FULL, QUICK
from tests.faults.load import LoadPlan


def test_the_whole_run_is_two_thousand_records_and_three_hundred_letters_of_five_kinds() -> None:
    assert len(planned(FULL)) >= 2_000
    assert FULL.letters == 300
    assert sum(count > 0 for count in FULL.by_kind.values()) >= 5
    assert all(QUICK.by_kind.values())


def test_second_record_of_a_conflict_comes_after_the_first_in_the_same_partition() -> None:
    records = [each for each in planned(Mix(plain=50, conflict=5)) if _kind(each.event_id) == "c"]

    seen: dict[str | None, int] = {}
    for each in records:
        if each.event_id in seen:
            assert seen[each.event_id] == each.partition
        else:
            assert b"something else" not in each.value
        seen[each.event_id] = each.partition
    assert len(records) == 10


def test_poison_has_no_id_and_lacks_only_a_brace() -> None:
    (poison,) = planned(Mix(plain=0, poison=1))

    assert poison.event_id is None
    assert poison.value.count(b"{") == poison.value.count(b"}") + 1


def test_copies_of_a_key_less_event_are_alike_and_spread_over_partitions() -> None:
    found = list(itertools.islice(copied_records(LoadPlan(seed=1, records=0)), 3_000))

    counts = Counter(each.event_id for each in found)
    places, values = defaultdict(set), defaultdict(set)
    for each in found:
        places[each.event_id].add(each.partition)
        values[each.event_id].add(each.value)
    assert set(counts.values()) <= set(range(1, COPIES + 1))
    assert sum(count == COPIES for count in counts.values()) > 900
    assert any(len(each) > 1 for each in places.values())
    assert all(len(each) == 1 for each in values.values())
    assert {each.key for each in found} == {None}


def _kind(event_id: str | None) -> str:
    return (event_id or "")[:1]
