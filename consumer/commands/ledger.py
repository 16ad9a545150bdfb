"""What is said to ``everonce ledger``?"""

from typing import Annotated

import typer

from consumer.commands.options import ConfigFile

group = typer.Typer(help="Accept what a partition was refused for.", no_args_is_help=True)
Partition = Annotated[
    int | None, typer.Option(min=0, metavar="N", help="The partition that was refused.")
]
Every = Annotated[bool, typer.Option("--all", help="Every partition that was refused.")]


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
