"""What is said to ``everonce run``?"""

from typing import Annotated

import typer

from consumer.commands.options import ConfigFile, DataDirectory


def run(
    embedded: Annotated[
        bool, typer.Option("--embedded", help="Start an Apache Kafka of our own for this run.")
    ] = False,
    data_dir: DataDirectory = None,
    config: ConfigFile = None,
    sample: Annotated[
        bool,
        typer.Option(
            "--sample",
            help="Publish a mixed sample, watch it being settled, end with an account of it.",
        ),
    ] = False,
    records: Annotated[
        int,
        typer.Option(min=1, max=1_000_000, metavar="N", help="How many records the sample has."),
    ] = 5000,
    create_topics: Annotated[
        bool,
        typer.Option("--create-topics", help="First create the topics that are missing."),
    ] = False,
) -> None:
    """Run the consumer until SIGTERM or Ctrl-C.

    The first signal drains: nothing new is admitted, what is in flight is finished and
    committed, the group is left. A second one ends the process at once; nothing is lost by it.

    The first minute, on a machine without Kafka: everonce run --embedded --sample
    """
    from consumer.commands.running import RunRequest, run_consumer

    request = RunRequest(
        config=config,
        embedded=embedded,
        data_dir=data_dir,
        create_topics=create_topics or embedded,
        sample_records=records if sample else None,
    )
    raise typer.Exit(run_consumer(request))
