"""Is the repository free of addresses and paths that are only true on one machine?"""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Whoever installs has an index of their own; a file that names one overrules it.
REGISTRY = re.compile(
    r"\b(?:[\w-]+\.)*(?:pypi|pythonhosted|maven|npmjs|crates|debian|docker|quay|ghcr)"
    r"(?:\.[\w-]+)*\.(?:org|io|com|net)\b(?!\.?\w)",
)
MACHINE_PATH = re.compile(
    rf"{re.escape(str(ROOT))}\b|(?<![\w.])/(?:home|Users)/(?!you\b)\w|(?<![\w.])/[r]oot/",
)


def texts() -> dict[str, str]:
    """Return every file that is, or is about to be, tracked."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    files = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    assert "pyproject.toml" in files
    return {name: (ROOT / name).read_text(errors="replace") for name in files}


@pytest.mark.parametrize("pattern", [REGISTRY, MACHINE_PATH], ids=["registry", "path"])
def test_no_tracked_file_names_a_registry_or_a_place_on_one_machine(
    pattern: re.Pattern[str],
) -> None:
    found = [
        f"{name}: {match.group()}"
        for name, text in texts().items()
        for match in pattern.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (REGISTRY, "https://{}.org/simple".format("pypi")),
        (REGISTRY, "https://repo1.{}.org/2".format("maven")),
        (REGISTRY, "repo.{}.apache.org".format("maven")),
        (REGISTRY, "files.{}.org".format("pythonhosted")),
        (MACHINE_PATH, f"-e file://{ROOT}"),
        (MACHINE_PATH, "/{}/ada/everonce".format("home")),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)
