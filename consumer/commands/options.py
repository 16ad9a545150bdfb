"""Which options do several commands share?"""

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="YAML file of settings; environment variables EVERONCE_SECTION__KEY win over it.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON for programs in place of a table.")]
DataDirectory = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="DIR",
        help="Keep the embedded Kafka's topics here; without it they go when it stops.",
    ),
]
