"""Which options do the commands share that ask for something?"""

from typing import Annotated

import typer

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Ask nobody.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be done, and ask for nothing.")
]
Operator = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Who asks, on the audit topic; without it USER@HOST.",
    ),
]
Reason = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Why; on the audit topic.", show_default=False)
]


def _duration(text: str) -> float:
    """Return the seconds that somebody has typed: 90s, 5m, or a bare number."""
    from config.durations import parse_duration

    try:
        seconds = parse_duration(text)
        return float(str(seconds))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


Wait = Annotated[
    float,
    typer.Option(
        parser=_duration,
        metavar="DURATION",
        help="Stop watching when nothing was heard for so long: what is parked may take hours.",
    ),
]
Rate = Annotated[float, typer.Option(min=0.1, metavar="N", help="At most so many a second.")]
Resume = Annotated[
    str | None,
    typer.Option(
        metavar="RUN", help="Go on with a run that was interrupted; give the same options as then."
    ),
]
