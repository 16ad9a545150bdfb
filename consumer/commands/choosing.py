"""How are letters chosen on the command line, the same for every command that takes some?

``@selecting()`` gives a command the options below in place of its parameter ``asked``.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, Any, TypeVar, get_type_hints

import typer

from consumer.commands.exits import CommandError, ExitCode
from consumer.desk.letters import STATES
from consumer.desk.selection import Selection

Result = TypeVar("Result")
_ANY = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options that say which letters are meant, as they were typed."""

    code: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE", help="Only this error code, of the limit or of the last failure."
        ),
    ] = None
    disposition: Annotated[
        list[str] | None,
        typer.Option(metavar="WORD", help="Only this disposition: poison, exhausted, ..."),
    ] = None
    processor: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Only of this processor: '*.charge'."),
    ] = None
    event_type: Annotated[
        str | None,
        typer.Option("--type", metavar="PATTERN", help="Only these event types: 'invoice.*'."),
    ] = None
    workflow: Annotated[
        str | None, typer.Option(metavar="ID", help="Only events of this workflow.")
    ] = None
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Only events whose record has this key.")
    ] = None
    since: Annotated[
        str | None,
        typer.Option(
            metavar="MOMENT", help="Given up since then: RFC 3339, or a span before now: 2h."
        ),
    ] = None
    until: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="Given up before then; written alike.")
    ] = None
    text: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Only letters with this text anywhere, in any case."),
    ] = None
    group: Annotated[
        str | None,
        typer.Option(metavar="GROUP", help="Only this group, by its id in `everonce dlq groups`."),
    ] = None
    state: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATE",
            help=f"Only these states, or {_ANY}: {', '.join(STATES)}; may be given several times.",
        ),
    ] = None
    partition: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Only this partition.")
    ] = None

    def selection(self, now: float) -> Selection:
        """Return which letters are meant, as of *now* (seconds since the epoch).

        Raises:
            CommandError: An option has no value that means something.
        """
        states = self.state or []
        if unknown := [each for each in states if each not in (*STATES, _ANY)]:
            raise CommandError(
                f"--state {unknown[0]!r}: write one of {', '.join(STATES)}, or {_ANY}",
                ExitCode.USAGE,
            )
        return Selection(
            codes=frozenset(self.code or ()),
            dispositions=frozenset(self.disposition or ()),
            processors=frozenset(self.processor or ()),
            type_pattern=self.event_type,
            workflow_id=self.workflow,
            key=None if self.key is None else self.key.encode("utf-8", "surrogateescape"),
            since=None if self.since is None else moment("--since", self.since, now),
            until=None if self.until is None else moment("--until", self.until, now),
            text=self.text,
            group=self.group,
            states=frozenset() if _ANY in states else frozenset(states),
            partition=self.partition,
        )


def selecting(state: str = "open") -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Give a command the options of ``Asked``, behind its own, in place of its ``asked``.

    Args:
        state: Which letters are meant where no ``--state`` is given.
    """

    def decorate(command: Callable[..., Result]) -> Callable[..., Result]:
        hints = get_type_hints(Asked, include_extras=True)
        own = inspect.signature(command, eval_str=True)
        names = [each.name for each in fields(Asked)]

        @functools.wraps(command)
        def chosen(**given: Any) -> Result:
            asked = {name: given.pop(name) for name in names}
            asked["state"] = asked["state"] or [state]
            return command(asked=Asked(**asked), **given)

        shared = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=hints[name]
            )
            for name in names
        ]
        kept = [
            each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for each in own.parameters.values()
            if each.name != "asked"
        ]
        together = own.replace(parameters=[*shared, *kept])
        chosen.__signature__ = together  # type: ignore[attr-defined]
        chosen.__annotations__ = {
            each.name: each.annotation for each in together.parameters.values()
        }
        return chosen

    return decorate


def moment(option: str, text: str, now: float) -> float:
    """Return a moment in seconds since the epoch: RFC 3339, or a span before *now*."""
    from config.durations import parse_duration

    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is not None and at.tzinfo is not None:
        return at.timestamp()
    try:
        return now - float(str(parse_duration(text)))
    except ValueError:
        raise CommandError(
            f"{option} {text!r}: write a moment with its zone like 2026-01-31T23:59:59Z, or a span "
            "of time before now like 30m, 2h or 7d",
            ExitCode.USAGE,
        ) from None
