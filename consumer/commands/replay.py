"""What is said to ``everonce replay``?"""

from typing import Annotated

import typer

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


def replay(  # noqa: PLR0913, PLR0917 - the options of a command line
    start: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="MOMENT|OFFSET",
            help="RFC 3339, a span before now like 2h, or an offset of one --partition.",
            show_default=False,
        ),
    ],
    end: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="MOMENT|OFFSET", help="Up to there, exclusive; without it all there is."
        ),
    ] = None,
    event_type: Annotated[
        str | None,
        typer.Option("--type", metavar="PATTERN", help="Only these event types: 'invoice.*'."),
    ] = None,
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Only records with this key.")
    ] = None,
    event_id: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="ID", help="Only this event; may be given several times."),
    ] = None,
    partition: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Only this partition.")
    ] = None,
    rate: Rate = 100.0,
    resume: Resume = None,
    operator: Operator = None,
    reason: Reason = None,
    wait: Wait = 60.0,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Run events of the input again, on purpose, past dedup.

    For events whose processor did the wrong thing: what it does outside of Kafka is done again,
    and each event gets another result. First what would run is shown; then you are asked. Events
    that are in flight or parked are refused. For letters there is `everonce dlq redrive`, which
    runs nothing twice.
    """
    from consumer.commands.acting.manner import Manner
    from consumer.commands.acting.replaying import ReplayRequest
    from consumer.commands.acting.replaying import replay as replayed
    from consumer.desk.replaying import Wanted

    wanted = Wanted(
        type_pattern=event_type,
        key=None if key is None else key.encode("utf-8", "surrogateescape"),
        event_ids=frozenset(event_id or ()),
    )
    manner = Manner(
        yes=yes,
        dry_run=dry_run,
        as_json=as_json,
        operator=operator,
        reason=reason,
        wait=wait,
        rate=rate,
        resume=resume,
    )
    request = ReplayRequest(
        start=start, end=end, partition=partition, wanted=wanted, config=config, manner=manner
    )
    raise typer.Exit(replayed(request))
