"""Do the locks pin, with hashes, all that pyproject.toml asks for, and agree with each other?"""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PIN = re.compile(
    r"^([\w.-]+)==([^\s;\\]+)([^\n]*)\\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)", re.MULTILINE
)
NAMES = ("build", "dev", "image", "java", "run")


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.lock").read_text()


def pins(name: str) -> dict[str, Version]:
    return {canonicalize_name(pin[1]): Version(pin[2]) for pin in PIN.finditer(lock(name))}


def asked(name: str) -> list[str]:
    """Return what pyproject.toml wants to be in a lock."""
    document = project()
    runtime = document["project"]["dependencies"]
    extras = document["project"]["optional-dependencies"]
    wanted = {
        "build": document["build-system"]["requires"],
        "dev": runtime + extras["embedded"] + extras["otel"] + document["dependency-groups"]["dev"],
        "image": runtime,
        "java": extras["java"],
        "run": runtime + extras["embedded"],
    }
    return list(wanted[name])


@pytest.mark.parametrize("name", NAMES)
def test_lock_pins_what_pyproject_asks_for(name: str) -> None:
    pinned = pins(name)
    for requirement in map(Requirement, asked(name)):
        version = pinned[canonicalize_name(requirement.name)]
        assert version in requirement.specifier, f"{requirement}: run `make lock`"


@pytest.mark.parametrize("name", NAMES)
def test_every_line_of_a_lock_is_a_pin_with_hashes_or_a_comment(name: str) -> None:
    rest = PIN.sub("", lock(name))
    assert [line for line in rest.splitlines() if line and not line.lstrip().startswith("#")] == []


@pytest.mark.parametrize("name", ["image", "dev", "java"])
def test_locks_agree_on_versions(name: str) -> None:
    others = pins("run") | pins("dev")
    for package, version in pins(name).items():
        assert version == others[package], f"{package}: run `make lock`"


def test_tests_run_with_everything_that_runs() -> None:
    assert pins("run").keys() <= pins("dev").keys()


@pytest.mark.parametrize("name", ["image", "java", "run"])
def test_what_people_install_has_an_upper_bound(name: str) -> None:
    for requirement in map(Requirement, asked(name)):
        assert "<" in {clause.operator for clause in requirement.specifier}, str(requirement)
