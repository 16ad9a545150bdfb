"""What is said to ``everonce tail``?"""

from enum import StrEnum
from typing import Annotated

import typer

from consumer.commands.options import ConfigFile


class TopicRole(StrEnum):
    """Which of the topics is shown."""

    EVENTS = "events"
    RESULTS = "results"
    DLQ = "dlq"
    STATE = "state"


def tail(
    what: Annotated[
        TopicRole,
        typer.Argument(metavar="TOPIC", help="events, results, dlq or state.", show_default=False),
    ],
    start: Annotated[
        str,
        typer.Option(
            "--from", metavar="beginning|end|N", help="Where to start: N shows the newest N."
        ),
    ] = "10",
    follow: Annotated[
        bool | None,
        typer.Option(
            "--follow/--no-follow",
            "-f",
            help="Go on as records arrive, until Ctrl-C; the default with --from end.",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Stop after so many records.")
    ] = None,
    partition: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Only this partition.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Each record in full, a dead letter as a report.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line; `everonce produce` reads it.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Show what is in a topic.

    The newest 10 records, or as --from says. Only what is committed is shown. Whatever a record
    holds, the terminal is safe: control characters appear as escapes.
    """
    from consumer.commands.tailing import TailRequest, show_topic

    request = TailRequest(
        config=config,
        role=what.value,
        start=start,
        follow=(start == "end") if follow is None else follow,
        limit=limit,
        partition=partition,
        form="json" if as_json else "full" if full else "line",
    )
    raise typer.Exit(show_topic(request))
