"""What is said to ``everonce ledger``?"""

from typing import Annotated

import typer

from consumer.commands.dlq import Reveal
from consumer.commands.options import AsJson, ConfigFile

group = typer.Typer(
    help="What the ledger knows; and accept what a partition was refused for.",
    no_args_is_help=True,
)
Partition = Annotated[
    int | None, typer.Option(min=0, metavar="N", help="The partition that was refused.")
]
Every = Annotated[bool, typer.Option("--all", help="Every partition that was refused.")]


@group.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Event id, ledger key, or the dlq_id of a letter.",
            show_default=False,
        ),
    ],
    reveal: Reveal = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show everything that the ledger knows under a name.

    Status, letters, attempts, when it is due, what it holds, which contents of it are known. With
    --json the entries as they stand in the state topic, one a line. The exit code is 1 where
    there is none: it has never been, or is forgotten.
    """
    from consumer.commands.acting.ledger_show import show_ledger

    raise typer.Exit(show_ledger(config, name, as_json=as_json, reveal=reveal))


@group.command()
def adopt(partition: Partition = None, every: Every = False, config: ConfigFile = None) -> None:
    """Start with an empty ledger where the group has got to.

    For a group whose state topic was emptied or is new: events that were settled before are
    not recognised as duplicates.
    """
    from consumer.commands.acceptance import accept

    raise typer.Exit(accept("adopt", config, partition=partition, every=every))


@group.command()
def accept(partition: Partition = None, every: Every = False, config: ConfigFile = None) -> None:
    """Follow the group to where it was moved.

    For a group whose offsets were reset on purpose, or an input that was recreated.
    """
    from consumer.commands.acceptance import accept as accepted

    raise typer.Exit(accepted("accept", config, partition=partition, every=every))
