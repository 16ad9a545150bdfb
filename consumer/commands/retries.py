"""What is said to ``everonce retries``?"""

from typing import Annotated

import typer

from consumer.commands.manner_options import DryRun, Operator, Reason, Wait, Yes
from consumer.commands.options import AsJson, ConfigFile

group = typer.Typer(
    help="What waits in the ledger for another attempt: look, start, give up.", no_args_is_help=True
)

Parked = Annotated[
    str, typer.Argument(metavar="ID", help="Event id or ledger key.", show_default=False)
]
Partition = Annotated[
    int | None,
    typer.Option(min=0, metavar="N", help="Where several partitions have something of that name."),
]


@group.command("list")
def list_(  # noqa: PLR0913, PLR0917 - the options of a command line
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Only events whose record has this key.")
    ] = None,
    event_type: Annotated[
        str | None,
        typer.Option("--type", metavar="PATTERN", help="Only these event types: 'invoice.*'."),
    ] = None,
    code: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Only those whose last attempt failed with this code."),
    ] = None,
    due_before: Annotated[
        str | None,
        typer.Option(
            metavar="MOMENT",
            help="Only those due before a moment (RFC 3339), or within a span from now: 10m.",
        ),
    ] = None,
    held: Annotated[
        bool, typer.Option("--held", help="Only those whose key a dead letter holds.")
    ] = False,
    partition: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Only this partition.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Show at most so many; a table without it 50."),
    ] = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """List what is parked.

    In the order in which it will run: each event with when it is due, how often it was tried, why
    it failed, and how many wait behind it; after it those that do. With --json one object a line,
    and all of them.

    What is shown is committed: an event that runs right now is shown as due, or late, until its
    attempt has ended.
    """
    from consumer.commands.waiting.asking import ListRequest, list_waiting

    request = ListRequest(
        config=config,
        key=key,
        type_pattern=event_type,
        code=code,
        due_before=due_before,
        held=held,
        partition=partition,
        limit=limit,
        as_json=as_json,
    )
    raise typer.Exit(list_waiting(request))


@group.command()
def show(
    name: Annotated[
        str, typer.Argument(metavar="ID", help="Event id or ledger key.", show_default=False)
    ],
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show everything about a parked event.

    When it is due, each attempt so far, who waits behind it in order, the original record. The
    exit code is 1 where no event of that name is parked.
    """
    from consumer.commands.waiting.asking import show_waiting

    raise typer.Exit(show_waiting(config, name, as_json=as_json))


@group.command()
def now(
    name: Parked,
    partition: Partition = None,
    operator: Operator = None,
    reason: Reason = None,
    wait: Wait = 60.0,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Start a parked event now, whenever it is due.

    For the first of its key, and where no attempt of it runs. Its attempts go on being counted.
    """
    from consumer.commands.acting.manner import Manner
    from consumer.commands.acting.parked import ParkedAct, act_on_parked

    manner = Manner(
        yes=True, dry_run=dry_run, as_json=as_json, operator=operator, reason=reason, wait=wait
    )
    request = ParkedAct(kind="now", name=name, partition=partition, config=config, manner=manner)
    raise typer.Exit(act_on_parked(request))


@group.command()
def cancel(  # noqa: PLR0913, PLR0917 - the options of a command line
    name: Parked,
    partition: Partition = None,
    operator: Operator = None,
    reason: Reason = None,
    wait: Wait = 60.0,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Give up a parked event: it becomes a dead letter, with code CANCELLED.

    The next of its key goes on. The letter can be redriven, mended or discarded like any other.
    """
    from consumer.commands.acting.manner import Manner
    from consumer.commands.acting.parked import ParkedAct, act_on_parked

    manner = Manner(
        yes=yes, dry_run=dry_run, as_json=as_json, operator=operator, reason=reason, wait=wait
    )
    request = ParkedAct(kind="cancel", name=name, partition=partition, config=config, manner=manner)
    raise typer.Exit(act_on_parked(request))


@group.command()
def release(  # noqa: PLR0913, PLR0917 - the options of a command line
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Event id or ledger key of the dead-lettered event, or the letter's dlq_id.",
            show_default=False,
        ),
    ],
    partition: Partition = None,
    operator: Operator = None,
    reason: Reason = None,
    wait: Wait = 60.0,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Let the key go on that a dead letter holds; the letter stays open.

    Only under `retry.on_dead_letter: hold_key` do letters hold their key. What is redriven later
    runs after what has gone on.
    """
    from consumer.commands.acting.manner import Manner
    from consumer.commands.acting.parked import ParkedAct, act_on_parked

    manner = Manner(
        yes=yes, dry_run=dry_run, as_json=as_json, operator=operator, reason=reason, wait=wait
    )
    request = ParkedAct(
        kind="release", name=name, partition=partition, config=config, manner=manner
    )
    raise typer.Exit(act_on_parked(request))
