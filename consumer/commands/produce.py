"""What is said to ``everonce produce``?"""

from pathlib import Path
from typing import Annotated, Any

import typer

from consumer.commands.options import ConfigFile

_READ = "Records that are read"
_GENERATED = "Records that are generated"


def _share(words: str) -> Any:
    return typer.Option(min=0, max=1, metavar="SHARE", help=words, rich_help_panel=_GENERATED)


def produce(  # noqa: PLR0913, PLR0917 - the options of a command
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="JSON Lines, - for standard input: on each line a value, or an object "
            '{"key", "value", "headers"}.',
            show_default=False,
        ),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Generate so many in place of reading.",
            rich_help_panel=_GENERATED,
        ),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(min=0.1, metavar="N", help="Records a second; without it all at once."),
    ] = None,
    keys: Annotated[
        int,
        typer.Option(min=1, metavar="N", help="Different keys.", rich_help_panel=_GENERATED),
    ] = 100,
    duplicates: Annotated[float, _share("Share published a second time.")] = 0.0,
    transient: Annotated[float, _share("Share that fails, then succeeds.")] = 0.0,
    permanent: Annotated[float, _share("Share that can never succeed.")] = 0.0,
    poison: Annotated[float, _share("Share that is no event at all.")] = 0.0,
    tombstones: Annotated[float, _share("Share without a value.")] = 0.0,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="N",
            help="Same seed, same records, same ids.",
            rich_help_panel=_GENERATED,
        ),
    ] = None,
    key_member: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Member of a bare value that becomes its key; '' for none.",
            rich_help_panel=_READ,
        ),
    ] = "workflow_id",
    topic: Annotated[
        str | None, typer.Option(metavar="NAME", help="Publish here in place of the input.")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Publish records to the input topic.

    They come from a file or are generated; each delivery is confirmed. Lines that
    `everonce tail --json` printed are published again byte for byte.
    """
    from consumer.commands.generate import Mix
    from consumer.commands.producing import ProduceRequest, publish_records

    if (source is None) == (count is None):
        raise typer.BadParameter("give either FILE (- for standard input) or --count")
    if (shares := duplicates + transient + permanent + poison + tombstones) > 1:
        raise typer.BadParameter(f"the shares add up to {shares:g}: they must not exceed 1")
    mix = Mix(
        keys=keys,
        duplicates=duplicates,
        transient=transient,
        permanent=permanent,
        poison=poison,
        tombstones=tombstones,
        seed=seed,
    )
    request = ProduceRequest(
        config=config,
        topic=topic,
        source=source,
        count=count,
        mix=mix,
        rate=rate,
        key_member=key_member or None,
    )
    raise typer.Exit(publish_records(request))
