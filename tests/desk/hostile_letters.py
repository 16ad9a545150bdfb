r"""What would harm whoever looks at letters, and what must they not see?

Keys, ids, payloads, messages and headers that command terminals (titles, colours, the cursor, the
clipboard, a line that reads backwards), values of a megabyte, bytes that are no text, letters of
other systems; and secrets under names that ``desk.redact`` knows.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from tests.desk.events import PARTITIONS

SECRET = "correct-horse-battery-staple"  # noqa: S105 - it is what must not be seen
TITLE, CLIPBOARD = "\x1b]0;owned\x07", "\x1b]52;c;b3duZWQ=\x07"
SCREEN, COLOUR, C1 = "\x1b[2J\x1b[H", "\x1b[31m", "\x9b31m"
LINE = "\r\nINFO nothing happened\r"
BIDI = "\u202egnp.exe\u2066"
BELL = "\a\b\x7f\x00"
ALL = TITLE + CLIPBOARD + SCREEN + COLOUR + C1 + LINE + BIDI + BELL
"""What commands a terminal, or fakes a line."""
LARGE_BYTES = 950_000
"""As large as a broker's default takes, its envelope included."""


@dataclass(frozen=True, slots=True)
class HostileRecord:
    """A record to publish."""

    partition: int
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]] = ()


def hostile_records() -> list[HostileRecord]:
    """Return the records of the input; each becomes a letter."""
    secret = SECRET.encode()
    values = [
        _event("title", TITLE),
        _event("all", ALL),
        _event("mess\x1b[2Jage", f"login failed: password={SECRET} {SCREEN}", note=ALL),
        _event("member", "refused", password=SECRET, deep=[{"api_key": SECRET, ALL: ALL}]),
        _event("quoted", f'{{"token": "{SECRET}"}} was refused by {COLOUR}them'),
        _event("large", "too much", filling=(ALL + "x" * 200) * (LARGE_BYTES // 400)),
        b'{"event_id": "broken", "password": "' + secret + b'", ' + ALL.encode(),
        # Latin-1: text to its producer, no text to a reader of UTF-8.
        b'{"name": "M\xfcller", "password": "' + secret + b'"}' + SCREEN.encode(),
        bytes(range(256)) * 300,
        b"\x1b[2J\xff\xfe\x1b]0;owned\x07" * 1000,
    ]
    headers = (
        ("authorization", b"Bearer " + secret),
        ("x-" + ALL, ALL.encode()),
        ("binary", bytes(range(256))),
    )
    return [
        HostileRecord(
            number % PARTITIONS, (b"key" + ALL.encode(), None)[number % 2], value, headers
        )
        for number, value in enumerate(values)
    ]


def foreign_letters() -> list[HostileRecord]:
    """Return letters as another framework writes them: bytes it has not looked at, and headers."""
    headers = (
        ("kafka_dlt-original-topic", b"orders" + TITLE.encode()),
        ("kafka_dlt-original-partition", (3).to_bytes(4, "big")),
        ("kafka_dlt-original-offset", (77).to_bytes(8, "big")),
        ("kafka_dlt-exception-fqcn", b"java.lang.Illegal" + COLOUR.encode()),
        ("kafka_dlt-exception-message", f"{ALL} password={SECRET}".encode()),
        ("kafka_dlt-exception-stacktrace", f"at line\n\tat {ALL}\n\tsecret={SECRET}".encode()),
        ("authorization", b"Bearer " + SECRET.encode()),
    )
    return [
        HostileRecord(0, ALL.encode(), _event("foreign", "-", password=SECRET), headers),
        HostileRecord(1, None, ALL.encode() + b"\xff", headers),
        HostileRecord(2, None, b"", ()),
        HostileRecord(3, b"\xff\x1b[2J", b'{"dlq_id": "\x1b[2J", "error": 7}', ()),
    ]


def _event(name: str, message: str, **payload: object) -> bytes:
    return orjson.dumps(
        {
            "event_id": f"hostile-{name}",
            "event_type": "desk.hostile",
            "workflow_id": f"workflow{ALL}",
            "workflow_run_id": f"run{BIDI}",
            "occurred_at": "2026-01-01T00:00:00Z",
            "payload": {"message": message, **payload},
        }
    )


def spelled() -> list[bytes]:
    """Return how the secret may stand in a text: as it is, and in base64 at any place."""
    found = [SECRET.encode()]
    for shift in range(3):
        text = base64.b64encode(b"\x00" * shift + SECRET.encode())
        # The first and the last group of four depend on what stands beside it.
        found.append(text[4:-4])
    return found
