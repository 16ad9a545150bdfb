"""Which acts on parked events are possible at all?"""

from typing import Any

import pytest

from consumer.core.ledger_entry import Entry
from consumer.core.parked_event import Hold
from consumer.desk.ledger_lookup import Found
from consumer.desk.letter_requests import Asker
from consumer.desk.parked_acts import NotPossibleError, parked_request
from tests.builders import NOW, a_parked, an_entry

ASKER = Asker("20260131T235959Z-4f1c2a", "ada", "why not")


def found(entry: Entry | None) -> Found:
    return Found(2, "e:1", entry, None, 7, NOW)


def request(kind: Any, entry: Entry | None) -> Any:
    return parked_request(kind, found(entry), ASKER, at=NOW)


@pytest.mark.parametrize("kind", ["now", "cancel"])
def test_parked_event_is_named_by_its_ledger_key(kind: Any) -> None:
    asked = request(kind, an_entry("parked", parked=a_parked()))

    assert (asked.partition, asked.act.kind, asked.act.ledger_key) == (2, kind, "e:1")
    assert (asked.act.operator, asked.act.reason, asked.act.at) == ("ada", "why not", NOW)
    assert asked.act.dlq_id is None
    assert asked.act.act_id == request(kind, an_entry("parked", parked=a_parked())).act.act_id


def test_release_names_the_newest_letter() -> None:
    asked = request("release", an_entry("dead_lettered", holds=Hold(b"k", 1)))

    assert (asked.act.ledger_key, asked.act.dlq_id) == ("e:1", "letter-1")


@pytest.mark.parametrize(
    ("kind", "entry", "said"),
    [
        ("now", an_entry("completed"), "e:1 is not parked: it is completed"),
        (
            "cancel",
            an_entry("dead_lettered"),
            "e:1 is not parked: it is dead-lettered, its newest letter letter-1 open",
        ),
        ("now", an_entry("running", parked=a_parked()), "e:1 is running"),
        ("release", an_entry("dead_lettered"), "e:1 holds no key: it is dead-lettered"),
        ("now", None, "e:1 has been forgotten"),
    ],
)
def test_what_would_be_refused_is_said_at_once(kind: Any, entry: Any, said: str) -> None:
    with pytest.raises(NotPossibleError, match=said):
        request(kind, entry)
