"""What is said to ``everonce kafka``?"""

from pathlib import Path
from typing import Annotated

import typer

from consumer.commands.options import DataDirectory

group = typer.Typer(help="An Apache Kafka of our own, for development.", no_args_is_help=True)


@group.command()
def start(
    nodes: Annotated[int, typer.Option(min=1, max=9, metavar="N", help="How many brokers.")] = 1,
    data_dir: DataDirectory = None,
    java: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The Java to use (17 or newer); else one is found."),
    ] = None,
) -> None:
    """Start the embedded Kafka, until Ctrl-C.

    It listens on free ports of the loopback and prints its address as the setting that the
    other commands take. With --data-dir the ports stay the same from one start to the next.
    """
    from consumer.commands.embedding import keep_kafka

    raise typer.Exit(keep_kafka(nodes=nodes, data_dir=data_dir, java=java))
