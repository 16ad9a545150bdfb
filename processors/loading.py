"""How do the modules that settings name become a registry, or one report of what is wrong?"""

import importlib
import inspect
import os
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import ModuleType
from typing import Any

from config.breakers import BreakerSettings
from config.problems import Problem, SettingsError
from config.retries import RetrySettings
from processors.breakers import breakers_of_nobody
from processors.payloads import PayloadError
from processors.policies import unknown_policies
from processors.registration import registrations_of
from processors.registry import Processor, Registry, conflicts, processor_of

KEY = "processors.modules"
Function = Callable[[Any, Any], Any]


def load_processors(
    modules: Sequence[str],
    retry: RetrySettings | None = None,
    breakers: BreakerSettings | None = None,
) -> Registry:
    """Import *modules* and return the processors found in them.

    A package stands for all modules in it whose name does not begin with an underscore.  What a
    module imports from elsewhere counts too, once.  Modules are looked for where Python looks,
    and in the current directory after that.

    Args:
        modules: Import paths.
        retry: With it, the policies that processors ask for are checked too.
        breakers: With it, the processors that breakers are given for are checked too.

    Raises:
        SettingsError: Something is wrong; it lists everything that is.
    """
    _look_in_current_directory()
    problems: list[Problem] = []
    functions: dict[int, Function] = {}
    for name in modules:
        before = len(problems)
        found = list(_functions_in(_imported(name, problems)))
        if not found and len(problems) == before:
            message = f"{name} registers no processor: decorate one with @processor, or remove it"
            problems.append(Problem(KEY, message))
        functions |= {id(function): function for function in found}
    processors = list(_built(functions.values(), problems))
    problems += (Problem(KEY, message) for message in conflicts(processors))
    if retry is not None:
        problems += unknown_policies(processors, retry)
    if breakers is not None:
        problems += breakers_of_nobody(processors, breakers)
    if problems:
        raise SettingsError(problems)
    return Registry(processors)


def _look_in_current_directory() -> None:
    # Last, so that nothing that lies about there takes the place of what is installed.
    here = os.getcwd()  # noqa: PTH109 - sys.path holds text
    if here not in sys.path and "" not in sys.path:
        sys.path.append(here)


def _imported(name: str, problems: list[Problem]) -> Iterator[ModuleType]:
    """Yield the module *name*, and the modules in it; report those that cannot be imported."""
    module = _import(name, problems)
    if module is None:
        return
    yield module
    for found in pkgutil.iter_modules(getattr(module, "__path__", ())):
        if not found.name.startswith("_"):
            yield from _imported(f"{name}.{found.name}", problems)


def _import(name: str, problems: list[Problem]) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            message = (
                f"there is no module {error.name}: check the name, install its package, or run "
                f"where it lies (looked in {os.getcwd()} too)"  # noqa: PTH109 - for a message
            )
        else:
            message = f"importing {name} failed at {_place(error)}: {error}; install what it needs"
    except (Exception, SystemExit) as error:  # noqa: BLE001 - an author's module may raise anything
        said = f"{type(error).__name__}: {error}".rstrip(": ")
        message = f"importing {name} failed at {_place(error)}: {said}; mend the module"
    problems.append(Problem(KEY, message))
    return None


def _place(error: BaseException) -> str:
    """Return file:line where *error* was raised, or where a file could not be read as Python."""
    if isinstance(error, SyntaxError) and error.filename is not None:
        return f"{error.filename}:{error.lineno}"
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename}:{last.lineno}"


def _functions_in(modules: Iterator[ModuleType]) -> Iterator[Function]:
    for module in modules:
        yield from filter(_is_marked, vars(module).values())


def _is_marked(value: object) -> bool:
    # Only functions are asked: a proxy or a mock has any attribute.
    return inspect.isfunction(value) and bool(registrations_of(value))


def _built(functions: Iterable[Function], problems: list[Problem]) -> Iterator[Processor]:
    for function in functions:
        try:
            for registration in registrations_of(function):
                yield processor_of(function, registration)
        except (PayloadError, TypeError) as error:
            problems.append(Problem(KEY, f"{function.__module__}.{function.__qualname__}: {error}"))
