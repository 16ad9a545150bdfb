"""Which failures are alike?

Two messages are alike when they are equal once everything is folded that differs from one event to
the next: numbers, ids, hexadecimal digits, moments, quoted texts, addresses of people, queries.
For the desk's groups and for the notices of new ones, so that both speak of the same.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import xxhash

_LONGEST = 400
"""Characters of a message that are looked at; the rest is what differs most."""
_SHORTEST_ID = 4
_LIMIT = re.compile(
    r"(?:Failed after \d+ attempts?(?:, and [^:]*)?: "
    r"|Gave up after \d+ attempts?, .*? Last failure: )",
    re.DOTALL,
)
_QUOTED = re.compile(
    r"""(?<![\w\\])(?:
      "(?:[^"\\]|\\.)*+(?:"|\Z) | '(?:[^'\\]|\\.)*+(?:'(?!\w)|\Z) | `[^`]*+(?:`|\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_PERSONAL = re.compile(r"(?<![\w.+-])[\w.+-]++@\w[\w.-]*+|(?<=\S\?)\S*=\S*+")
_VARYING = re.compile(
    r"""
      [0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}               # UUID
    | \d{4}-\d\d-\d\d(?:[T\ ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?   # moment
    | \b0[xX][0-9a-fA-F]+\b
    | \b(?=[a-fA-F]*\d)(?=\d*[a-fA-F])[0-9a-fA-F]{8,}\b                  # hash, object id
    | \b(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])\w{20,}                         # token
    | (?<![^\W_])[^\W\d_]*\d+[^\W\d_]+\d\w*                              # abc1def2
    | (?:(?<![\w-])-)?(?<!\d)(?<!UTF-)(?<!utf-)(?<!RFC[ ])               # number, address, clock
      \d+(?:[.,:]\d+)*(?:[eE][+-]?\d+)?
    """,
    re.VERBOSE,
)
_REPEATED = re.compile("(#|…)(?:(?:, ?| )\\1)+")
_SPACE = re.compile(r"\s+")


def shape_of(message: str, ids: Iterable[str | None] = ()) -> str:
    """Return *message* with everything folded that differs between letters that failed alike.

    Args:
        message: Of the error; what a limit has put before it is dropped.
        ids: Names that the event has, to be folded wherever they stand.
    """
    text = without_limit(message[: _LONGEST * 2])[:_LONGEST]
    for each in ids:
        if each is not None and len(each) >= _SHORTEST_ID and each in text:
            text = text.replace(each, "#")
    return _folded(text)


def without_limit(message: str) -> str:
    """Return the message of the last failure, without the words of the limit that decided."""
    found = _LIMIT.match(message)
    return message if found is None else message[found.end() :]


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    folded = _VARYING.sub("#", _PERSONAL.sub("…", _QUOTED.sub("…", text)))
    return _REPEATED.sub(r"\1", _SPACE.sub(" ", folded)).strip()


@lru_cache(maxsize=4096)
def group_id(why: str, processor: str | None, error_type: str, shape: str) -> str:
    """Return the id of the group of letters that failed so: eight hexadecimal digits."""
    # With lengths, so that no two groups can be written alike.
    parts = [why, processor or "", error_type, shape]
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return xxhash.xxh3_64_hexdigest(text.encode("utf-8", "surrogatepass"))[:8]
