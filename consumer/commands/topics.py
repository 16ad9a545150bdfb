"""What is said to ``everonce topics``?"""

from typing import Annotated

import typer

from consumer.commands.options import AsJson, ConfigFile

group = typer.Typer(help="The topics that Everonce needs.", no_args_is_help=True)


@group.command()
def create(
    partitions: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="N",
            help="Partitions of each; where the input exists, it has its number.",
        ),
    ] = 8,
    replication: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Replicas of each; else three, or one per broker."),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Create the topics, or make them right.

    What is missing is created, what can be altered is altered, the rest is named.
    """
    from consumer.commands.topic_setup import create_topics

    raise typer.Exit(create_topics(config, partitions=partitions, replication=replication))


@group.command()
def check(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Check that the topics are as they must be.

    The exit code is 1 where something would lose events, or keep the consumer from starting.
    """
    from consumer.commands.topic_setup import check_topics

    raise typer.Exit(check_topics(config, as_json=as_json))
