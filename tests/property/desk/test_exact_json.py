"""Is a mended value what was meant, and every other number what it was, digit by digit?"""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from consumer.desk.exact_json import exact_document, exact_text, patched

digits = st.text("0123456789", min_size=1, max_size=40)
numbers = st.builds(
    lambda minus, whole, part, exponent: f"{minus}{whole.lstrip('0') or '0'}{part}{exponent}",
    st.sampled_from(("", "-")),
    digits,
    st.one_of(st.just(""), digits.map(".{}".format)),
    st.one_of(st.just(""), st.integers(-99999, 99999).map("E{:+d}".format)),
)
names = st.text(st.characters(codec="utf-8"), max_size=8)
documents = st.recursive(
    st.one_of(numbers, names.map(json.dumps), st.sampled_from(("true", "false", "null"))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda each: f"[{','.join(each)}]"),
        st.dictionaries(names, inner, max_size=4).map(
            lambda each: f"{{{','.join(f'{json.dumps(n)}:{v}' for n, v in each.items())}}}"
        ),
    ),
    max_leaves=12,
)


def as_texts(text: str) -> Any:
    """Return a document whose numbers are their texts."""
    return json.loads(text, parse_int="i:{}".format, parse_float="f:{}".format)


@given(documents)
def test_document_keeps_every_number_as_it_was_written(text: str) -> None:
    written = exact_text(exact_document(text.encode())).decode()

    assert as_texts(written) == as_texts(text)


@given(documents)
def test_what_is_laid_out_for_people_means_the_same(text: str) -> None:
    document = exact_document(text.encode())

    shown = exact_text(document, indented=True)

    assert as_texts(shown.decode()) == as_texts(text)
    assert exact_text(exact_document(shown)) == exact_text(document)


@given(documents, documents)
def test_patch_of_one_member_leaves_the_others_alone(kept: str, changed: str) -> None:
    document = exact_document(f'{{"kept":{kept},"changed":0}}'.encode())
    operations = f'[{{"op":"replace","path":"/changed","value":{changed}}}]'
    merge = f'{{"changed":{changed}}}'

    written = exact_text(patched(document, exact_document(operations.encode()))).decode()

    assert as_texts(written) == as_texts(f'{{"kept":{kept},"changed":{changed}}}')
    if "null" not in changed and not changed.startswith("{"):
        assert exact_text(patched(document, exact_document(merge.encode()))).decode() == written


@given(numbers)
def test_number_equals_itself_however_it_is_written(number: str) -> None:
    operations = f'[{{"op":"test","path":"/a","value":{number}}}]'
    document = exact_document(f'{{"a":{number}}}'.encode())

    assert patched(document, exact_document(operations.encode())) == document
