"""What does a terminal of a given width show?"""

import io

from rich.console import Console, RenderableType


def rendered(what: RenderableType, width: int = 100) -> str:
    """Return *what* as plain text."""
    console = Console(
        file=io.StringIO(), width=width, height=60, highlight=False, color_system=None
    )
    console.print(what)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()
