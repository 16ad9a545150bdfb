"""What is said to ``everonce stats``?"""

from typing import Annotated

import typer

from consumer.commands.options import AsJson, ConfigFile


def stats(
    url: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="Address of a running process, once for each replica; without it the one that "
            "http.host and http.port name.",
        ),
    ] = None,
    over: Annotated[
        str | None,
        typer.Option(
            metavar="SPAN",
            help="Watch for so long and show only what happened meanwhile: 10s. Without it, "
            "everything since the processes started.",
        ),
    ] = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show how processing goes, from the metrics of running processes.

    By processor how many attempts succeed and how long they take; how many attempts events need;
    which errors are common, and what becomes of them; how many records are duplicates; what waits
    now. Of several replicas the figures are added up.
    """
    from consumer.commands.analytics.asking import StatsRequest, show_stats

    raise typer.Exit(show_stats(StatsRequest(config, tuple(url or ()), over, as_json=as_json)))
