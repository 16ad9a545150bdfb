"""Which failures are alike, however their numbers and names differ?

A group is what an operator mends at once: the same code, processor, exception and shape of message.
A shape is the message with everything folded that tells one event from another: numbers, ids,
UUIDs, timestamps, hexadecimal digits become ``<n>``, quoted text ``<text>``.  For the notifications
of new groups and for the desk alike, so both speak of the same groups.
"""

import re
from functools import lru_cache
from hashlib import blake2b

from consumer.core.exception_text import bounded

_SHORTEST_ID = 4
LONGEST_SHAPE = 200
"""Characters; what comes later in a message seldom tells another kind of failure."""
_LOOKED_AT = 600
"""Characters: what is folded takes several times its place, and a desk folds a million messages."""

# What a limit says before the message of the last failure (consumer.core.retry): the same cause is
# one group, whichever limit was met first.
_LIMIT = re.compile(
    r"(?:Failed after \d+ attempts?(?:, and retries .*?\))?: |"
    r"Gave up after \d+ attempts?, .*? Last failure: )",
    re.DOTALL,
)

# A quote inside a word is an apostrophe.  Where the message was cut, so was the closing quote.
_QUOTED = re.compile(
    r"(?<![\w\\])(?:"
    r"'(?:[^'\\]|\\.)*+(?:'(?!\w)|\Z(?<=…))|"
    r'"(?:[^"\\]|\\.)*+(?:"(?!\w)|\Z(?<=…))|'
    r"`[^`]*+(?:`(?!\w)|\Z(?<=…)))",
    re.DOTALL,
)
_QUERY = re.compile(r"(?<=://)([^\s?#]*+)[?#]\S*+")
_MOMENT = re.compile(
    r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?(?!\w)",
)
_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@\w[\w.-]*+")
# Random ids: long, with digits and both cases.
_LONG_WORD = re.compile(r"[A-Za-z0-9_-]{20,}+")
_WORD_WITH_DIGIT = re.compile(r"(?<![^\W_])[^\W\d_]*+\d[^\W_]*+")
_SERIES = re.compile(r"(<n>|<text>)(?:(?:[-_.:,/+]{1,2}|, )\1)++")
_SIGN = re.compile(r"(?<![\w>])[+-](?=<n>)")
_SPACE = re.compile(r"\s+")


def shape_of(message: str, event_id: str | None = None) -> str:
    """Return what *message* has in common with others of its kind.

    At most LONGEST_SHAPE characters on one line; the text is foreign all the same, so whoever
    shows it makes it harmless first.

    Args:
        message: What a failure says; the words of a limit before it are dropped.
        event_id: Of the event, to be folded wherever it stands.
    """
    text = bounded(without_limit(message), _LOOKED_AT)
    if event_id is not None and len(event_id) >= _SHORTEST_ID and event_id in text:
        text = text.replace(event_id, "<n>")
    return _folded(text)


def without_limit(message: str) -> str:
    """Return the message of the last failure, without the words of the limit that decided."""
    limit = _LIMIT.match(message, 0, _LOOKED_AT)
    return message if limit is None else message[limit.end() :]


# A million letters of an outage say the same few hundred things.
@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    text = _QUOTED.sub("<text>", text)
    text = _QUERY.sub(r"\1?<text>", text)
    text = _ADDRESS.sub("<text>", text)
    text = _MOMENT.sub("<n>", text)
    text = _UUID.sub("<n>", text)
    text = _LONG_WORD.sub(_folded_if_random, text)
    text = _WORD_WITH_DIGIT.sub("<n>", text)
    text = _SIGN.sub("", _SERIES.sub(r"\1", text))
    return _SPACE.sub(" ", text).strip()[:LONGEST_SHAPE].rstrip()


@lru_cache(maxsize=4096)
def group_id(code: str | None, processor: str | None, exception: str, shape: str) -> str:
    """Return the name of the group that a failure belongs to: 8 hexadecimal digits.

    Args:
        code: Error code of the last failure: ``error.cause`` of a letter where it has one, else
            ``error.code``.
        processor: Name of the processor; None where none ran.
        exception: Name of the exception, with its module; empty where there was none.
        shape: Of what the failure says.
    """
    parts = (code or "", processor or "", exception, shape)
    # Lengths keep ("ab", "c") apart from ("a", "bc").
    told = "".join(f"{len(part)}:{part}" for part in parts)
    return blake2b(told.encode(errors="backslashreplace"), digest_size=4).hexdigest()


def _folded_if_random(word: re.Match[str]) -> str:
    text = word[0]
    has_digit = any(each.isdigit() for each in text)
    return "<n>" if has_digit and not (text.islower() or text.isupper()) else text
