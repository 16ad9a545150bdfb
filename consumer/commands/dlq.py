"""What is said to ``everonce dlq``?"""

from pathlib import Path
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


@group.command()
def diff(
    name: Name,
    other: Annotated[
        str | None,
        typer.Argument(
            metavar="OTHER",
            help="A file or another letter; else the record that is in the source topic now.",
            show_default=False,
        ),
    ] = None,
    reveal: Reveal = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show what is another about the original of a letter and something else.

    Members are sorted, so their order does not count. The exit code is 1 where they differ.
    """
    from consumer.commands.letters.differing import diff_letter

    raise typer.Exit(diff_letter(config, name, other, as_json=as_json, reveal=reveal))


@group.command()
@selecting()
def export(
    target: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A file that is not there yet, or - for standard output.",
            show_default=False,
        ),
    ],
    asked: Asked,
    limit: Limit = None,
    reveal: Reveal = False,
    config: ConfigFile = None,
) -> None:
    """Write whole letters, one JSON object a line.

    Each is the letter as it stands in its topic, with a member more: `desk`, its state. Letters
    in which something is hidden cannot be imported: for a backup add --reveal.
    """
    from consumer.commands.letters.exporting import export_letters

    raise typer.Exit(export_letters(config, target, asked, limit=limit, reveal=reveal))


@group.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="Lines that `everonce dlq export` wrote.", show_default=False
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; else it is only told.")] = False,
    config: ConfigFile = None,
) -> None:
    """Bring exported letters in, from a backup or another cluster.

    Those that the topic does not have yet, to the partition of their source. Without --yes it
    only says what it would do. The exit code is 1 where a line is no letter.
    """
    from consumer.commands.letters.importing import import_letters

    raise typer.Exit(import_letters(config, file, confirmed=yes))
