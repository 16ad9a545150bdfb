"""The log of a sample run does not run into the view."""

import io
from pathlib import Path

import pytest

from consumer.commands.sample.log_file import log_beside, same_place


def test_two_files_are_two_places(tmp_path: Path) -> None:
    with (tmp_path / "a").open("w") as a, (tmp_path / "b").open("w") as b:
        assert not same_place(a, b)
        with log_beside(a, b) as log:
            assert log.stream is None


def test_one_file_opened_twice_is_one_place(tmp_path: Path) -> None:
    with (tmp_path / "a").open("w") as a, (tmp_path / "a").open("w") as b:
        assert same_place(a, b)


def test_a_log_in_a_file_is_kept_and_named_unless_nobody_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    both = io.StringIO()

    with log_beside(both, both) as log:
        assert log.stream is not None
        log.stream.write(b"what happened\n")
    [kept] = tmp_path.iterdir()
    assert kept.read_text() == "what happened\n"
    assert str(kept) in capsys.readouterr().err

    with log_beside(both, both) as log:
        log.forget()
    assert list(tmp_path.iterdir()) == [kept]
    assert capsys.readouterr().err == ""
