"""What is kept takes its own length in memory, and no more."""

import tracemalloc

import orjson

from consumer.core.exact_bytes import exact
from consumer.core.ledger_entry import Entry, encode, encode_completed


def test_a_copy_says_the_same() -> None:
    encoded = orjson.dumps({"total": "1.10"})

    assert exact(encoded) == encoded
    assert exact(encoded) is not encoded


def test_ten_thousand_entries_take_the_memory_of_what_they_say() -> None:
    tracemalloc.start()
    try:
        kept = [encode_completed(n, "b1:0123456789abcdef", 1795329148.805) for n in range(5000)]
        kept += [encode(Entry("completed", ("b1:aa",), n, settled_at=1.5)) for n in range(5000)]
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # 33 bytes of every bytes object, 8 of its place in the list, and some slack.
    assert held / len(kept) < sum(map(len, kept)) / len(kept) + 33 + 8 + 32
