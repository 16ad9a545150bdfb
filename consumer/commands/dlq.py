"""What is said to ``everonce dlq``?"""

from typing import Annotated

import typer

from consumer.commands.choosing import Asked, selecting
from consumer.commands.options import AsJson, ConfigFile

group = typer.Typer(help="Dead letters: what failed, why, and what to do.", no_args_is_help=True)

Reveal = Annotated[
    bool, typer.Option("--reveal", help="Show what desk.redact hides: passwords, tokens, ...")
]
Name = Annotated[
    str,
    typer.Argument(
        metavar="LETTER",
        help="dlq_id, or six characters of it at least; or PARTITION/OFFSET.",
        show_default=False,
    ),
]
Limit = Annotated[int | None, typer.Option(min=1, metavar="N", help="Show at most so many.")]


@group.command("list")
@selecting()
def list_(
    asked: Asked,
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Only the newest so many; a table without it 50."),
    ] = None,
    reveal: Reveal = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """List letters, the newest first; without --state those that are open.

    Each with its name, when it was given up, its event and key, its state, and why it failed.
    With --json one object a line; without --limit all of them, partition by partition.
    """
    from consumer.commands.letters.listing import list_letters

    raise typer.Exit(list_letters(config, asked, limit=limit, as_json=as_json, reveal=reveal))


@group.command()
@selecting()
def groups(
    asked: Asked,
    limit: Limit = None,
    reveal: Reveal = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Sum letters up by what failed: code, processor, exception and shape of the message.

    The largest group first, each with its id for --group, its newest and oldest letter, and when
    its letters were given up. Letters whose attempts were used up count under their last failure.
    """
    from consumer.commands.letters.grouping import group_letters

    raise typer.Exit(group_letters(config, asked, limit=limit, as_json=as_json, reveal=reveal))


@group.command()
@selecting("all")
def stats(asked: Asked, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Count letters by state, code, disposition, processor, event type and partition.

    Without --state all of them.
    """
    from consumer.commands.letters.counting import count_letters

    raise typer.Exit(count_letters(config, asked, as_json=as_json))


@group.command()
def show(
    name: Name, reveal: Reveal = False, as_json: AsJson = False, config: ConfigFile = None
) -> None:
    """Show everything about a letter.

    What happened, what was tried, how it stands and who has done what about it, the letters
    before it, what to do, and the original. With --json the whole letter.
    """
    from consumer.commands.letters.showing import show_letter

    raise typer.Exit(show_letter(config, name, as_json=as_json, reveal=reveal))
