"""What docs/notifications.md tells receivers to do is right."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import orjson
from jsonschema import Draft202012Validator

from config.notify import NoticeKind
from consumer.core.schemas import schemas
from consumer.core.signature import NOTICE_HEADER, SIGNATURE_HEADER, signature

PAGE = (Path(__file__).parents[3] / "docs" / "notifications.md").read_text(encoding="utf-8")
SECRET = "0123456789abcdef"  # noqa: S105 - of a test


def is_authentic() -> Callable[..., bool]:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    found: dict[str, Any] = {}
    exec(code, found)  # noqa: S102 - our own page
    check: Callable[..., bool] = found["is_authentic"]
    return check


def test_receiver_accepts_what_we_sign_and_nothing_else() -> None:
    check, body, now = is_authentic(), b'{"a":1}', int(time.time())
    signed = signature(SECRET.encode(), body, now)
    assert check(SECRET, signed, body)
    assert not check(SECRET, signed, body + b" ")
    assert not check("another secret", signed, body)
    assert not check(SECRET, signed.replace(f"t={now}", f"t={now + 1}"), body)
    assert not check(SECRET, "", body)


def test_receiver_refuses_what_was_signed_long_ago() -> None:
    old = signature(SECRET.encode(), b"{}", int(time.time()) - 301)
    assert not is_authentic()(SECRET, old, b"{}")


def test_example_is_what_the_schema_says() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    Draft202012Validator(schemas()["notice"]).validate(orjson.loads(example))


def test_page_names_every_kind_and_header() -> None:
    for name in (*get_args(NoticeKind), NOTICE_HEADER, SIGNATURE_HEADER):
        assert f"`{name}`" in PAGE
