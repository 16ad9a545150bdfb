"""Lines from a pipe: whole ones, however the bytes arrive."""

import os
import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from consumer.commands.lines import lines_of
from consumer.commands.loop import run_async


async def read(descriptor: int) -> list[bytes]:
    return [line async for line in lines_of(descriptor)]


def piped(chunks: list[bytes]) -> list[bytes]:
    reader, writer = os.pipe()

    def write() -> None:
        for chunk in chunks:
            os.write(writer, chunk)
        os.close(writer)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        return run_async(read(reader))
    finally:
        thread.join()
        os.close(reader)


@settings(max_examples=30)
@given(st.lists(st.binary(min_size=1), max_size=8))
def test_lines_are_whole_however_they_arrive(chunks: list[bytes]) -> None:
    text = b"".join(chunks)
    lines = text.split(b"\n")
    expected = [line.removesuffix(b"\r") for line in (lines if lines[-1] else lines[:-1])]

    assert piped(chunks) == expected


def test_a_line_longer_than_a_chunk_is_one_line() -> None:
    assert piped([b"x" * 60_000, b"y" * 60_000, b"\nend"]) == [
        b"x" * 60_000 + b"y" * 60_000,
        b"end",
    ]


def test_a_reader_that_goes_early_does_not_hang() -> None:
    reader, writer = os.pipe()

    async def first() -> bytes:
        async for line in lines_of(reader):
            return line
        return b""

    os.write(writer, b"one\ntwo\n")
    assert run_async(first()) == b"one"
    os.close(writer)
