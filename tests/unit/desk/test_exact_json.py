"""How is a patch applied, and which texts are none?"""

import pytest

from consumer.desk.exact_json import (
    NotJsonError,
    PatchError,
    exact_document,
    exact_text,
    patched,
)

DOCUMENT = b'{"a":{"b":[1,2,1.00000000000000000001]},"c":"x","d":null}'


def after(patch: bytes) -> bytes:
    """Return the document as *patch* changes it."""
    return exact_text(patched(exact_document(DOCUMENT), exact_document(patch)))


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (
            b'[{"op":"add","path":"/a/b/-","value":12345678901234567890123}]',
            b'{"a":{"b":[1,2,1.00000000000000000001,12345678901234567890123]},"c":"x","d":null}',
        ),
        (
            b'[{"op":"remove","path":"/c"},{"op":"move","from":"/d","path":"/e"}]',
            b'{"a":{"b":[1,2,1.00000000000000000001]},"e":null}',
        ),
        (
            b'[{"op":"test","path":"/a/b/0","value":1.0},{"op":"copy","from":"/a/b/2","path":"/c"}]',
            b'{"a":{"b":[1,2,1.00000000000000000001]},"c":1.00000000000000000001,"d":null}',
        ),
        (b'{"a":{"b":null,"z":1e5},"c":null,"d":[null]}', b'{"a":{"z":1e5},"d":[null]}'),
        (
            b'{"c":{"n":{"x":null,"y":2}}}',
            b'{"a":{"b":[1,2,1.00000000000000000001]},"c":{"n":{"y":2}},"d":null}',
        ),
        (b"[]", DOCUMENT),
        (b"{}", DOCUMENT),
    ],
    ids=["add", "remove and move", "test and copy", "merge", "merge of new", "none", "empty"],
)
def test_patch_is_applied_as_its_rfc_says(patch: bytes, expected: bytes) -> None:
    assert after(patch) == expected


@pytest.mark.parametrize(
    ("patch", "said"),
    [
        (b'"a"', "it is neither a list of operations"),
        (b'[{"op":"replace","path":"/nothing/there","value":1}]', "it cannot be applied"),
        (b'[{"op":"test","path":"/c","value":"y"}]', "it cannot be applied"),
        (b'[{"op":"shred","path":"/c"}]', "it cannot be applied"),
        (b"[1]", "it cannot be applied"),
        (b'[{"path":"/c"}]', "it cannot be applied"),
        (b'[{"op":"add","path":"c","value":1}]', "it cannot be applied"),
    ],
)
def test_patch_that_cannot_be_applied_is_refused(patch: bytes, said: str) -> None:
    with pytest.raises(PatchError, match=said):
        after(patch)


def test_patch_that_fails_changes_nothing() -> None:
    document = exact_document(DOCUMENT)
    operations = b'[{"op":"remove","path":"/c"},{"op":"test","path":"/d","value":1}]'

    with pytest.raises(PatchError):
        patched(document, exact_document(operations))

    assert exact_text(document) == DOCUMENT


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"\xff",
        b'{"a":NaN}',
        b"[Infinity]",
        b'{"a":1} x',
        b"[" * 100_000,
        b"1e" + b"9" * 30,
    ],
    ids=["empty", "half", "not UTF-8", "NaN", "Infinity", "more", "deep", "boundless"],
)
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(NotJsonError):
        exact_document(text)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(NotJsonError, match="UTF-8"):
        exact_text(exact_document(rb'{"a":"\ud800"}'))
