"""Another package by the name of ours is noticed, and both places are named."""

import os
import subprocess
import sys
from pathlib import Path

from consumer.commands.exits import ExitCode
from consumer.commands.packages import NAMES, ROOT, shadowed


def test_our_own_packages_shadow_nothing() -> None:
    assert shadowed() == []


def test_each_package_that_is_found_elsewhere_is_named_with_both_places(tmp_path: Path) -> None:
    sentences = shadowed(tmp_path)

    assert len(sentences) == len(NAMES)
    for name, sentence in zip(NAMES, sentences, strict=True):
        assert (
            f"finds {name} at {ROOT / name}, but Everonce's own is at {tmp_path / name}" in sentence
        )


def test_a_shadowed_package_is_said_to_be_one_instead_of_a_traceback(tmp_path: Path) -> None:
    theirs = tmp_path / "config"
    theirs.mkdir()
    (theirs / "__init__.py").touch()
    path = os.pathsep.join([str(tmp_path), str(ROOT)])

    done = subprocess.run(
        [sys.executable, "-S", "-c", _WITHOUT_EDITABLE_INSTALLS],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path, "SITE": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == ExitCode.USAGE, done.stderr
    assert f"finds config at {theirs}, but Everonce's own is at {ROOT / 'config'}" in done.stderr
    assert "Traceback" not in done.stderr


_WITHOUT_EDITABLE_INSTALLS = """
import os, sys
sys.path += [each for each in os.environ["SITE"].split(os.pathsep) if "site-packages" in each]
from consumer.commands.cli import ended
sys.exit(ended(["check"]))
"""
"""Without ``site`` no hook of an editable install finds what the other package has not."""
