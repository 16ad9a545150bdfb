"""Which pages of the docs are generated, and from what?

``python -m consumer.commands.docs`` writes them; a test holds them to their sources.
"""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from config.reference import configuration_markdown
from consumer.commands.reference import commands_markdown
from consumer.core.error_codes_page import error_codes_markdown
from consumer.core.schemas import schemas
from consumer.telemetry.reference import metrics_markdown

DOCS = Path(__file__).parents[2] / "docs"


def _schema_text(name: str) -> str:
    return json.dumps(schemas()[name], indent=2, ensure_ascii=False) + "\n"


PAGES: Sequence[tuple[PurePosixPath, Callable[[], str]]] = (
    (PurePosixPath("commands.md"), commands_markdown),
    (PurePosixPath("configuration.md"), configuration_markdown),
    (PurePosixPath("error-codes.md"), error_codes_markdown),
    (PurePosixPath("metrics.md"), metrics_markdown),
    *(
        (PurePosixPath("schemas", f"{name}.json"), partial(_schema_text, name))
        for name in schemas()
    ),
)
"""Path below docs -> what makes its text."""


def write_docs(root: Path = DOCS) -> list[Path]:
    """Write every generated page below *root*; return those that changed."""
    changed: list[Path] = []
    for path, text in PAGES:
        target = root / path
        if not target.exists() or target.read_text(encoding="utf-8") != text():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text(), encoding="utf-8")
            changed.append(target)
    return changed


if __name__ == "__main__":
    for page in write_docs():
        print(page)  # noqa: T201 - a command that says what it wrote
