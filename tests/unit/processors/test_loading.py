"""Do the modules of the settings become a registry, or one complete report?"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.problems import SettingsError
from config.retries import RetrySettings
from config.settings import Settings
from processors.loading import load_processors

HEAD = "from processors import processor\n"
ORDERS = HEAD + '@processor("order.*")\ndef orders(event, ctx): ...\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the author's modules lie; nothing of them stays behind."""
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def _problems(*modules: str, retry: RetrySettings | None = None) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load_processors(modules, retry)
    assert {problem.key for problem in refused.value.problems} <= {
        "processors.modules",
        "retry.policies",
    }
    return [problem.message for problem in refused.value.problems]


def test_the_modules_that_ship_load_with_the_default_settings() -> None:
    settings = Settings()

    registry = load_processors(settings.processors.modules, settings.retry)

    assert {processor.pattern for processor in registry} == {
        "order.created",
        "order.cancelled",
        "invoice.issued",
        "invoice.*",
        "shipment.*",
    }


def test_a_module_in_the_current_directory_is_found(folder: Path) -> None:
    (folder / "shop_orders.py").write_text(ORDERS)

    [found] = load_processors(["shop_orders"])

    assert found.name == "shop_orders.orders"
    assert found.pattern == "order.*"


def test_what_is_installed_wins_over_the_current_directory(folder: Path) -> None:
    (folder / "json.py").write_text(ORDERS)

    assert "json registers no processor" in _problems("json")[0]


def test_loading_again_finds_the_same_and_nothing_of_other_modules(folder: Path) -> None:
    (folder / "shop_a.py").write_text(ORDERS)
    (folder / "shop_b.py").write_text(ORDERS)

    first = load_processors(["shop_a"])
    second = load_processors(["shop_b"])

    assert [found.name for found in first] == ["shop_a.orders"]
    assert [found.name for found in second] == ["shop_b.orders"]
    assert list(load_processors(["shop_a"])) == list(first)


def test_a_package_stands_for_its_modules_but_not_for_private_ones(folder: Path) -> None:
    package = folder / "shop"
    (package / "deep").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "orders.py").write_text(ORDERS)
    (package / "empty.py").write_text("")
    (package / "deep" / "__init__.py").write_text(
        HEAD + '@processor("a")\ndef a(event, ctx): ...\n'
    )
    (package / "_draft.py").write_text("raise RuntimeError")
    (package / "__main__.py").write_text("raise RuntimeError")

    registry = load_processors(["shop"])

    assert {found.name for found in registry} == {"shop.orders.orders", "shop.deep.a"}


def test_a_function_met_under_several_names_counts_once(folder: Path) -> None:
    (folder / "shop_a.py").write_text(ORDERS)
    (folder / "shop_b.py").write_text("from shop_a import orders\nagain = orders\n")

    assert len(load_processors(["shop_a", "shop_b", "shop_a"])) == 1
    assert len(load_processors(["shop_b"])) == 1


def test_what_has_any_attribute_is_no_processor(folder: Path) -> None:
    (folder / "shop_odd.py").write_text(
        f"{ORDERS}class Any:\n    def __getattr__(self, name): return (1,)\nodd = Any()\n",
    )

    assert len(load_processors(["shop_odd"])) == 1


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("no_such_module", None, "there is no module no_such_module: check the name"),
        ("no_such_package.part", None, "there is no module no_such_package: check the name"),
        ("broken", "import no_such_dependency\n", "broken.py:1: No module named"),
        ("broken", "\nx = 1 / 0\n", "broken.py:2: ZeroDivisionError: division by zero; mend"),
        ("broken", "raise RuntimeError\n", "broken.py:1: RuntimeError; mend the module"),
        ("broken", "\n\ndef (:\n", "broken.py:3: SyntaxError"),
        ("broken", "import sys\nsys.exit(1)\n", "broken.py:2: SystemExit: 1"),
        ("broken", HEAD + "@processor('')\ndef a(event, ctx): ...\n", "write an event type"),
        ("broken", HEAD, "broken registers no processor: decorate one with @processor"),
        (
            "broken",
            HEAD + "@processor('a')\ndef a(event: int, ctx): ...\n",
            "broken.a: its first parameter is annotated as int",
        ),
        (
            "broken",
            ORDERS + "@processor('order.*')\ndef more(event, ctx): ...\n",
            "broken.orders ('order.*') and broken.more ('order.*') want the same events",
        ),
    ],
)
def test_what_is_wrong_with_a_module_is_said_with_the_remedy(
    folder: Path,
    name: str,
    text: str | None,
    message: str,
) -> None:
    if text is not None:
        (folder / "broken.py").write_text(text)

    [problem] = _problems(name)

    assert message in problem


def test_a_submodule_that_is_missing_is_told_from_its_package(folder: Path) -> None:
    assert "there is no module config.nothing" in _problems("config.nothing")[0]


def test_a_broken_module_of_a_package_does_not_hide_the_others(folder: Path) -> None:
    package = folder / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("1 / 0\n")
    (package / "b.py").write_text(HEAD + "@processor('b', policy='nope')\ndef b(event, ctx): ...\n")

    problems = _problems("shop", "no_such_module", retry=RetrySettings())

    assert len(problems) == 3
    assert "importing shop.a failed" in problems[0]
    assert "no_such_module" in problems[1]
    assert "shop.b.b ('b') asks for policy 'nope'" in problems[2]


def test_policies_are_checked_only_against_given_settings(folder: Path) -> None:
    (folder / "shop_a.py").write_text(
        HEAD + "@processor('b', policy='nope')\ndef b(event, ctx): ...\n"
    )

    assert len(load_processors(["shop_a"])) == 1
    assert "asks for policy 'nope'" in _problems("shop_a", retry=RetrySettings())[0]
