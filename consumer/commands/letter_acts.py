"""What is said to ``everonce dlq redrive``, ``edit`` and ``discard``?"""

import time
from pathlib import Path
from typing import Annotated

import typer

from consumer.commands.choosing import Asked, selecting
from consumer.commands.dlq import Name, group
from consumer.commands.manner_options import (
    DryRun,
    Operator,
    Rate,
    Reason,
    Resume,
    Wait,
    Yes,
)
from consumer.commands.options import AsJson, ConfigFile

__all__ = ["discard", "edit", "group", "redrive"]

Letters = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LETTER",
        help="dlq_id, or six characters of it at least; or PARTITION/OFFSET. Several may be given; "
        "without any whatever the options choose.",
        show_default=False,
    ),
]


@group.command()
@selecting()
def redrive(  # noqa: PLR0913, PLR0917 - the options of a command line
    asked: Asked,
    letters: Letters = None,
    canary: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="N",
            help="So many first, alone, until they have settled; 0 for none. Without it 1 of more "
            "than 10 letters.",
        ),
    ] = None,
    rate: Rate = 100.0,
    stop_at: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            metavar="SHARE",
            help="Stop when more than this share of those that have settled failed again: of the "
            "canary, and later of 5 at least.",
        ),
    ] = 0.2,
    resume: Resume = None,
    operator: Operator = None,
    reason: Reason = None,
    wait: Wait = 60.0,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Run the events of letters again, each exactly once.

    First what would be done is shown: how many letters, of which groups, and which are left out.
    Then, if you say yes, one goes first; once it has settled the others follow, never more at a
    time than have been answered before. The run stops by itself when too many fail again, and
    says so when no worker carries it out. An event that is parked for a later attempt is not
    waited for beyond --wait.

    A letter that was redriven is not redriven again, however often this is said. After Ctrl-C or
    a kill, --resume goes on with the same run; it is shown when it begins. The exit code is 0
    where all completed; docs/commands.md lists the others.
    """
    from consumer.commands.acting.letters import LettersRequest, act_on_letters
    from consumer.commands.acting.manner import Manner

    manner = Manner(
        yes=yes,
        dry_run=dry_run,
        as_json=as_json,
        operator=operator,
        reason=reason,
        wait=wait,
        canary=canary,
        rate=rate,
        stop_at=stop_at,
        resume=resume,
    )
    request = LettersRequest(
        kind="redrive",
        config=config,
        names=tuple(letters or ()),
        selection=asked.selection(time.time()),
        manner=manner,
    )
    raise typer.Exit(act_on_letters(request))


@group.command()
@selecting()
def discard(  # noqa: PLR0913, PLR0917 - the options of a command line
    asked: Asked,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why; on the audit topic.", show_default=False)
    ],
    letters: Letters = None,
    rate: Rate = 1000.0,
    resume: Resume = None,
    operator: Operator = None,
    wait: Wait = 60.0,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Close letters for good: their events will not run again.

    What they hold back goes on: a key that waited for a letter is released. First what would be
    done is shown; then you are asked. The letters stay in their topic, as discarded, with who did
    it and why.
    """
    from consumer.commands.acting.letters import LettersRequest, act_on_letters
    from consumer.commands.acting.manner import Manner

    manner = Manner(
        yes=yes,
        dry_run=dry_run,
        as_json=as_json,
        operator=operator,
        reason=reason,
        wait=wait,
        canary=0,
        rate=rate,
        resume=resume,
    )
    request = LettersRequest(
        kind="discard",
        config=config,
        names=tuple(letters or ()),
        selection=asked.selection(time.time()),
        manner=manner,
    )
    raise typer.Exit(act_on_letters(request))


@group.command()
def edit(  # noqa: PLR0913, PLR0917 - the options of a command line
    name: Name,
    patch: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="In place of an editor: a JSON Patch (RFC 6902, a list) or JSON Merge Patch (RFC "
            "7396, an object); - is standard input.",
        ),
    ] = None,
    value: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="In place of an editor: the whole new value; - is standard input."
        ),
    ] = None,
    operator: Operator = None,
    reason: Reason = None,
    wait: Wait = 60.0,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Mend the value of a letter, and run its event again.

    Opens $VISUAL or $EDITOR on it. Nothing is asked for before it is an event, and the processor
    of its type takes its payload; then the difference is shown, and you are asked. Key and
    partition stay as they are, and so does event_id where there was one. Numbers keep every digit.
    """
    from consumer.commands.acting.editing import EditRequest, edit_letter
    from consumer.commands.acting.manner import Manner

    manner = Manner(
        yes=yes, dry_run=dry_run, as_json=as_json, operator=operator, reason=reason, wait=wait
    )
    request = EditRequest(name=name, patch=patch, value=value, config=config, manner=manner)
    raise typer.Exit(edit_letter(request))
