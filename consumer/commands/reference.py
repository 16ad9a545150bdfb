"""How are the commands shown in the docs?  ``docs/commands.md`` is generated from the commands."""

import typer
from typer.cli import get_docs_for_click

from consumer.commands.cli import build
from consumer.commands.exits import ExitCode

_HEAD = """\
# Commands

Generated from `consumer/commands/` by `python -m consumer.commands.docs`; do not edit.

`everonce` and `python -m consumer` are the same. What a command finds out goes to standard output,
what it says about itself, errors included, to standard error. An error that can be foreseen is one
message with the remedy, never a traceback.

## Exit codes

| code | meaning |
| --- | --- |
"""


def commands_markdown() -> str:
    """Return docs/commands.md."""
    codes = "".join(f"| {code.value} | {code.meaning} |\n" for code in ExitCode)
    command = typer.main.get_command(build())
    context = typer.Context(command, info_name="everonce")
    pages = get_docs_for_click(obj=command, ctx=context, name="everonce", indent=1)
    return f"{_HEAD}{codes}\n{pages.strip()}\n"
