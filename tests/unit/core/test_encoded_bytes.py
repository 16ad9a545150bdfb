"""Bytes stand in JSON in the shorter form, and come back."""

from base64 import b64encode

import orjson
import pytest

from consumer.core.encoded_bytes import EncodedBytes, cut_bytes, encoded_bytes


def written(data: bytes) -> EncodedBytes:
    return EncodedBytes.model_validate(orjson.loads(orjson.dumps(encoded_bytes(data))))


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"", "utf-8"),
        (b'{"a":1}', "utf-8"),
        ("größer".encode(), "utf-8"),
        (b"\xff\xfe", "base64"),
        # Valid UTF-8, but six bytes of JSON each.
        (b"\x00" * 30, "base64"),
        (b"a" * 30 + b"\x00", "utf-8"),
    ],
    ids=repr,
)
def test_bytes_are_text_unless_base64_is_shorter(data: bytes, encoding: str) -> None:
    encoded = written(data)

    assert encoded.encoding == encoding
    assert encoded.decoded() == data


def test_base64_is_the_common_one() -> None:
    assert written(b"\xff\xfe").data == b64encode(b"\xff\xfe").decode()


@pytest.mark.parametrize("room", [0, 1, 7, 100, 5000])
@pytest.mark.parametrize(
    "data",
    [b"a" * 1000, "€".encode() * 300, b"\xff" * 1000, b"\x00" * 1000, b'"' * 500 + b"\x01" * 500],
    ids=["ascii", "euro", "binary", "zeroes", "mixed"],
)
def test_a_cut_keeps_a_beginning_that_fits(data: bytes, room: int) -> None:
    cut = orjson.loads(orjson.dumps(cut_bytes(data, room)))

    assert len(orjson.dumps(cut["data"])) - 2 <= room
    assert data.startswith(EncodedBytes.model_validate(cut).decoded())


@pytest.mark.parametrize(
    ("data", "room", "kept"),
    [(b"a" * 1000, 100, 100), ("€".encode() * 300, 100, 99), (b"\xff" * 1000, 100, 75)],
)
def test_a_cut_uses_the_room_it_has(data: bytes, room: int, kept: int) -> None:
    cut = EncodedBytes.model_validate(orjson.loads(orjson.dumps(cut_bytes(data, room))))

    assert len(cut.decoded()) == kept
