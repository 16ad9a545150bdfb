"""Generated pages are written where they changed, and only there."""

from pathlib import Path

from consumer.commands.docs import PAGES, write_docs


def test_every_page_is_written_to_an_empty_place(tmp_path: Path) -> None:
    assert write_docs(tmp_path) == [tmp_path / path for path, _ in PAGES]


def test_a_page_that_is_current_is_left_alone(tmp_path: Path) -> None:
    write_docs(tmp_path)
    (tmp_path / "error-codes.md").write_text("old")

    assert write_docs(tmp_path) == [tmp_path / "error-codes.md"]
    assert write_docs(tmp_path) == []
