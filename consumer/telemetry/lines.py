"""How does a log entry become one line, whatever is in it?

JSON for machines, or text for people in which nothing that others wrote can command the terminal
or fake a line of its own.  Neither ever raises: a log line must not fail the attempt it tells of.
"""

import json
from collections.abc import Callable
from typing import Any

import orjson
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.typing import EventDict, WrappedLogger

LONGEST = 8192
"""Characters of one text shown to people; a traceback ends well below."""

Renderer = Callable[[WrappedLogger, str, EventDict], str]

_MANY_LINES = frozenset({"exception", "stack"})
_FIRST = ("timestamp", "level", "event")
_COLUMNS = frozenset({"timestamp", "level", "event", "logger"})


def render_json(_logger: WrappedLogger, _method: str, entry: EventDict) -> str:
    """Return *entry* as JSON, with what every line has in front."""
    first = {key: entry.pop(key) for key in _FIRST if key in entry}
    entry = {**first, **entry}
    try:
        return orjson.dumps(entry, default=_described, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError, RecursionError):
        # Integers beyond 64 bits, halves of surrogate pairs, cycles.
        return _render_odd_json(entry)


def _render_odd_json(entry: EventDict) -> str:
    fields: dict[str, Any] = {}
    for key, value in entry.items():
        try:
            json.dumps(value, default=_described, allow_nan=False)
            fields[str(key)] = value
        except (TypeError, ValueError, RecursionError):
            fields[str(key)] = _described(value)
    return json.dumps(fields, default=_described)


def _described(value: object) -> str:
    """Return what *value* says of itself, or its type where it cannot even do that."""
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - anyone's __repr__
        return f"<{type(value).__name__}>"


def console_renderer(*, colors: bool) -> Renderer:
    """Return a renderer for people, with or without colours."""
    # Not rich's traceback: it shows local variables, secrets among them.
    render = ConsoleRenderer(colors=colors, exception_formatter=plain_traceback, sort_keys=False)

    def render_console(logger: WrappedLogger, method: str, entry: EventDict) -> str:
        shown = {harmless(str(key)): _shown(key, value) for key, value in entry.items()}
        return render(logger, method, shown)

    return render_console


class _Verbatim:
    """Text that is shown as it is, not quoted again."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _shown(key: str, value: object) -> object:
    if not isinstance(value, str):
        return _Verbatim(harmless(_described(value)[:LONGEST]))
    text = value[:LONGEST]
    if key in _MANY_LINES:
        # Indented, a line of an exception's message cannot pass for an entry of its own.
        return "\n".join("    " + harmless(line) for line in text.split("\n"))
    if key in _COLUMNS or text.isprintable():
        return harmless(text)
    return _Verbatim(repr(text))


def harmless(text: str) -> str:
    """Return *text* with everything a terminal might obey written as an escape.

    Control characters, bidirectional overrides and halves of surrogate pairs are among what
    ``str.isprintable`` denies.
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii")
        for each in text
    )
