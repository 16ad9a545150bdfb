"""However a record looks, its entry takes no more room than was kept for it."""

from hypothesis import given
from hypothesis import strategies as st

from consumer.core.failure import Attempt, History
from consumer.core.ledger_entry import decode_entry
from consumer.core.output import OutputRecord, output_bytes
from consumer.core.parked_event import Crash, copied
from consumer.core.parking import announced, parked, parked_bytes_at_most
from tests.builders import NOW, a_failure, in_flight

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
data = st.none() | st.binary(max_size=200) | texts.map(str.encode)
headers = st.lists(st.tuples(texts, data), max_size=5)
histories = st.lists(st.text(max_size=700), max_size=25)


@given(texts, data, data, headers, histories)
def test_no_parked_entry_is_larger_than_said_before(
    ledger_key: str,
    key: bytes | None,
    value: bytes | None,
    sent: list[tuple[str, bytes | None]],
    messages: list[str],
) -> None:
    item = in_flight(key=key, value=value, headers=sent)
    item.key = f"e:{ledger_key}"
    at_most = parked_bytes_at_most(item.key, item.record, None)
    for number, message in enumerate(messages, 1):
        item.history = item.history or History()
        attempt = Attempt(number, "transient", NOW, 1 / 3, message, message, message, 1 / 3)
        item.history.add(attempt, a_failure(code=message, message=message))

    entry = parked(item, seq=2**62, now=1 / 3, due_at=1 / 3, held_by="d" * 36)
    assert output_bytes(OutputRecord(item.key.encode(), entry)) <= at_most

    read = decode_entry(entry)
    assert read.parked is not None
    assert read.parked.record == copied(item.record)

    item.prior = read
    entry = announced(item, Crash(2**62, "suspected", 1 / 3))
    assert output_bytes(OutputRecord(item.key.encode(), entry)) <= at_most
