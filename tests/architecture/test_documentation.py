"""Is what the README and the docs say still true?"""

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from config.keys import keys
from config.settings import Settings
from consumer.commands.cli import ended

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
CODE = re.compile(r"`([^`\n]+)`|```\w*\n(.*?)```", re.DOTALL)


def page_ids(page: Path) -> str:
    return page.name


def code_in(text: str) -> list[str]:
    """Return every line of code in *text*, from spans and blocks."""
    return [line.strip() for a, b in CODE.findall(text) for line in (a or b).splitlines()]


def default_of(setting: str) -> str:
    section, key = setting.split(".")
    value = getattr(getattr(Settings(), section), key)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize("page", PAGES, ids=page_ids)
def test_links_lead_to_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=page_ids)
def test_commands_are_commands_of_everonce(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for line in code_in(page.read_text()):
        if re.match(r"everonce [a-z-]", line):
            words = line.split("#")[0].split("|")[0].split()[1:]
            assert ended([*words, "--help"]) == 0, line
            assert "Usage: everonce" in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=page_ids)
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for line in code_in(page.read_text()):
        if found := re.match(r"make ([a-z-]+)", line):
            assert found[1] in targets, line


@pytest.mark.parametrize("page", PAGES, ids=page_ids)
def test_settings_exist(page: Path) -> None:
    known = {key.dotted for key in keys()}
    sections = {name.split(".")[0] for name in known}
    for line in code_in(page.read_text()):
        if line in Settings().processors.modules:
            continue
        found = re.fullmatch(r"([a-z]+)\.([a-z_]+)(?:: \w+)?", line)
        if found and found[1] in sections and found[2] not in {"json", "md", "py", "yml", "yaml"}:
            assert f"{found[1]}.{found[2]}" in known, line


def test_readme_names_the_defaults() -> None:
    rows = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \| `([^`]+)` \|", README, re.MULTILINE)
    assert len(rows) == 6
    for setting, default in rows:
        assert default == default_of(setting), setting


def test_readme_draws_files_that_exist() -> None:
    files = re.findall(r'\["([a-z_]+/[a-z_]+\.py)<br/>', README)
    assert len(files) == 10
    for file in files:
        assert (ROOT / "consumer" / file).is_file(), file


def test_readme_shows_the_example_that_is_tested() -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert shown == (ROOT / "docs" / "examples" / "greetings.py").read_text()


def test_every_dependency_has_a_reason() -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [
        *document["build-system"]["requires"],
        *document["project"]["dependencies"],
        *chain(*document["project"]["optional-dependencies"].values()),
        *chain(*document["dependency-groups"].values()),
    ]
    page = (ROOT / "docs" / "dependencies.md").read_text()
    rows = re.findall(r"^\| ([\w, -]+) \| \w", page, re.MULTILINE)
    explained = {name.strip() for row in rows for name in row.split(",")}
    assert {Requirement(each).name for each in asked} <= explained
