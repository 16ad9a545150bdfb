"""How do the environment and the file become settings, or one report of all that is wrong?"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.environment import read_environment
from config.file import CONFIG_VARIABLE, read_file
from config.keys import keys, nearest_key, sections
from config.problems import Problem, SettingsError
from config.reading import Reading
from config.relations import disagreements
from config.settings import Settings
from config.wording import explanation, shown


def load_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings: environment over file over defaults.

    Args:
        path: The YAML file; without it the one that EVERONCE_CONFIG names, if any.
        environ: The environment; the process's own without it.

    Raises:
        SettingsError: Something is wrong; it lists everything that is.
    """
    environ = os.environ if environ is None else environ
    reading = read_environment(environ)
    if path is None and environ.get(CONFIG_VARIABLE):
        path = Path(environ[CONFIG_VARIABLE])
    if path is not None:
        reading = reading.over(read_file(path))
    checked = _Check(reading)
    if checked.problems:
        raise SettingsError(checked.problems)
    return Settings(**checked.sections)


class _Check:
    """The sections that could be built, and every problem on the way.

    A refused value is reported and left out, so that the rest is checked all the same; relations
    that concern it are not, they would speak of a default that nobody chose.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._refused: set[str] = set()
        self.problems = list(reading.problems)
        self.sections: dict[str, Any] = {}
        for name in reading.values.keys() - sections().keys():
            self._unknown((name,))
        for name, model in sections().items():
            self.sections[name] = self._section(name, model)
        self.problems += self._relations()

    def _section(self, name: str, model: type[BaseModel]) -> BaseModel:
        values = self._reading.values.get(name, {})
        if not isinstance(values, Mapping):
            origin = self._reading.origin_of((name,))
            message = "give it keys: it is a section"
            self.problems.append(Problem(name, message, origin, shown(values)))
            return model()
        try:
            return model.model_validate(values)
        except ValidationError as error:
            wrong = error.errors(include_url=False)
        for details in wrong:
            self._report(name, details)
        refused = {str(details["loc"][0]) for details in wrong}
        self._refused |= {f"{name}.{key}" for key in refused}
        return model.model_validate({k: v for k, v in values.items() if k not in refused})

    def _report(self, section: str, details: ErrorDetails) -> None:
        path = (section, *map(str, details["loc"]))
        if details["type"] == "extra_forbidden":
            self._unknown(path)
            return
        missing = details["type"] == "missing" or path[:2] in _SECRETS
        value = "" if missing else shown(details["input"])
        origin = self._reading.origin_of(path)
        self.problems.append(Problem(".".join(path), explanation(details), origin, value))

    def _unknown(self, path: tuple[str, ...]) -> None:
        near = nearest_key(".".join(path))
        hint = f"did you mean {near}? " if near else ""
        message = f"there is no such setting: {hint}docs/configuration.md lists all"
        self.problems.append(Problem(".".join(path), message, self._reading.origin_of(path)))

    def _relations(self) -> Iterator[Problem]:
        sections = self.sections
        for concerned, message in disagreements(
            kafka=sections["kafka"],
            topics=sections["topics"],
            processing=sections["processing"],
            retry=sections["retry"],
            breakers=sections["breakers"],
            commit=sections["commit"],
            notify=sections["notify"],
        ):
            if self._refused.isdisjoint(concerned):
                yield Problem("", f"{message}{self._origins(concerned)}")

    def _origins(self, concerned: tuple[str, ...]) -> str:
        origins = self._reading.origins
        found = ((key, origins.get(tuple(key.split(".")))) for key in concerned)
        named = [f"{key}: {origin}" for key, origin in found if origin]
        return f" ({', '.join(named)})" if named else ""


_SECRETS = {(key.section, key.name) for key in keys() if "SecretStr" in repr(key.field.annotation)}
"""Values that no message may show."""
