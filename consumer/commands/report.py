"""How does ``everonce check`` say what it found, to people and to programs?"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from rich.console import Console
from rich.text import Text

from config.reference import effective
from config.settings import Settings
from consumer.commands.exits import ExitCode
from consumer.commands.findings import Check
from consumer.commands.printable import printable

SIGNS = {"error": ("✗", "red"), "warning": ("!", "yellow"), "unknown": ("?", "yellow")}
_WELL = ("✓", "green")
_SKIPPED = ("-", "dim")


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was looked at."""

    checks: Sequence[Check]
    settings: Mapping[str, Any]
    """The effective ones, secrets masked; nothing where they are not valid."""
    code: ExitCode


def show_as_json(report: Report) -> None:
    """Write *report* as one JSON document."""
    document = {
        "ok": report.code == ExitCode.OK,
        "exit_code": int(report.code),
        "checks": [asdict(check) | {"ok": check.is_ok} for check in report.checks],
        "settings": report.settings,
    }
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
    sys.stdout.write(text.decode() + "\n")


def show_as_text(report: Report) -> None:
    """Write *report* for people; settings that are not the default stand out."""
    console = Console(highlight=False, soft_wrap=True)
    for check in report.checks:
        sign, style = _verdict(check)
        said = f"  {printable(check.said)}" if check.said and not check.findings else ""
        console.print(Text.assemble((f"{sign} {check.name:11}", style), said))
        for each in check.findings:
            sign, style = SIGNS[each.severity]
            console.print(Text(f"  {sign} {printable(each.message)}", style=style))
            if each.remedy:
                console.print(Text(f"    → {printable(each.remedy)}"))
    if report.settings:
        console.print(Text("\nEffective settings; those that differ from the default are bold:"))
        defaults = dict(_flat(effective(Settings())))
        for key, value in _flat(report.settings):
            is_default = defaults.get(key) == value
            if is_default and key.startswith("retry.policies."):
                continue  # six long lines that docs/configuration.md has as a table
            text = f"  {key} = {printable(_said(value))}"
            console.print(Text(text, style="dim" if is_default else "bold"))


def _verdict(check: Check) -> tuple[str, str]:
    if not check.looked_at:
        return _SKIPPED
    if not check.findings:
        return _WELL
    return SIGNS["error" if not check.is_ok else "warning"]


def _flat(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for section, values in settings.items():
        for key, value in values.items():
            if isinstance(value, Mapping) and value:
                yield from ((f"{section}.{key}.{name}", each) for name, each in value.items())
            else:
                yield f"{section}.{key}", value


def _said(value: object) -> str:
    return "(none)" if value is None else value if isinstance(value, str) else _json(value)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
