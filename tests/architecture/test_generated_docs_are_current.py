"""Every generated page says what its source says today."""

from collections.abc import Callable
from pathlib import PurePosixPath

import pytest

from consumer.commands.docs import DOCS, PAGES


@pytest.mark.parametrize(("path", "text"), PAGES, ids=str)
def test_a_generated_page_is_current(path: PurePosixPath, text: Callable[[], str]) -> None:
    written = (DOCS / path).read_text(encoding="utf-8")

    assert written == text(), f"docs/{path} is out of date: run make docs and commit it"


def test_every_schema_in_the_docs_is_generated() -> None:
    generated = {DOCS / path for path, _ in PAGES}

    assert set((DOCS / "schemas").iterdir()) <= generated
