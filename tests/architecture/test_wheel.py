"""Does the wheel hold the three packages, with all their data, and nothing else?"""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "processors", "consumer")
NOT_SOURCE = shutil.ignore_patterns("__pycache__", "*.pyc")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """Build from a copy: setuptools leaves a build/ behind, and would ship what is stale in it."""
    source = tmp_path_factory.mktemp("source")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=NOT_SOURCE)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check")
    target = source / "dist"
    subprocess.run(
        [*pip, "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", target, source],
        check=True,
    )
    (built,) = target.iterdir()
    return ZipFile(built)


def test_wheel_installs_the_three_packages_and_nothing_else(wheel: ZipFile) -> None:
    top = {name.split("/")[0] for name in wheel.namelist()}
    metadata = {name for name in top if name.endswith(".dist-info")}
    assert top - metadata == set(PACKAGES)
    assert len(metadata) == 1


def test_wheel_holds_every_file_of_the_packages(wheel: ZipFile) -> None:
    present = {
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    shipped = {name for name in wheel.namelist() if name.split("/")[0] in PACKAGES}
    assert shipped == present


def test_wheel_brings_the_command(wheel: ZipFile) -> None:
    (entry_points,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "everonce = consumer.__main__:main" in wheel.read(entry_points).decode()
