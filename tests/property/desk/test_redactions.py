"""A secret under a name that matches is in nothing that is shown, wherever the name stands."""

import json
from typing import Any

import orjson
from hypothesis import assume, given
from hypothesis import strategies as st

from config.desk import DeskSettings
from consumer.core.dead_letter_reading import read_letter
from consumer.desk.redaction import Redaction
from tests.unit.core.letter_examples import a_letter, a_record

HIDE = Redaction(DeskSettings().redact)
HUNTED = "hunter2-4711"
NAMES = st.sampled_from(["password", "apiToken", "X-Api-Key", "client_secret", "AUTHORIZATION"])
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def planted(document: Any, name: str, secret: Any) -> list[Any]:
    """Return documents that hold *secret* under *name*, deeper and deeper."""
    return [{name: secret}, {"a": document, name: secret}, [{"b": [{name: {"c": secret}}]}]]


@given(PLAIN, NAMES, st.integers(0, 2), st.booleans())
def test_secret_is_nowhere_in_a_letter(
    document: Any, name: str, place: int, ascii_only: bool
) -> None:
    value = json.dumps(planted(document, name, HUNTED)[place], ensure_ascii=ascii_only).encode()
    assume(HUNTED.encode() in value)
    written = a_letter(a_record(value=value, headers=[(name, HUNTED.encode())]), event=None)

    shown = HIDE.envelope(written.value)

    assert HUNTED.encode() not in shown
    assert read_letter(shown).dlq_id == written.dlq_id


@given(st.binary(max_size=200) | PLAIN.map(orjson.dumps))
def test_any_value_can_be_hidden_from_and_a_second_time_changes_nothing(value: bytes) -> None:
    once = HIDE.value(value)

    assert HIDE.value(once) == once
