"""Which settings are there, and what are they called in the environment and in messages?"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.reading import KeyPath
from config.settings import Settings

PREFIX = "EVERONCE_"
DELIMITER = "__"


@dataclass(frozen=True, slots=True)
class Key:
    """One setting."""

    section: str
    name: str
    field: FieldInfo

    @property
    def dotted(self) -> str:
        """Its name in messages: section.key."""
        return f"{self.section}.{self.name}"

    @property
    def variable(self) -> str:
        """Its name in the environment: EVERONCE_SECTION__KEY."""
        return f"{PREFIX}{self.section}{DELIMITER}{self.name}".upper()


def sections() -> dict[str, type[BaseModel]]:
    """Return the model of every section, in the order of the documentation."""
    return {name: model_of(field) for name, field in Settings.model_fields.items()}


def keys() -> Iterator[Key]:
    """Yield every setting, in the order of the documentation."""
    for section, model in sections().items():
        for name, field in model.model_fields.items():
            yield Key(section, name, field)


def path_of(variable: str) -> KeyPath | None:
    """Return the setting that an environment variable sets; None where there is no such setting."""
    section, _, name = variable[len(PREFIX) :].lower().partition(DELIMITER)
    model = sections().get(section)
    return (section, name) if model is not None and name in model.model_fields else None


def nearest_key(dotted: str) -> str | None:
    """Return the section or setting whose name is most like *dotted*."""
    return _nearest(dotted, [*sections(), *(key.dotted for key in keys())])


def nearest_variable(variable: str) -> str | None:
    """Return the environment variable whose name is most like *variable*."""
    return _nearest(variable.upper(), [key.variable for key in keys()])


def _nearest(name: str, names: list[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name, names, n=1, cutoff=0.7)), None)


def model_of(field: FieldInfo) -> type[BaseModel]:
    """Return the model of a section.

    Raises:
        TypeError: The section has none.
    """
    annotation = field.annotation
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        raise TypeError(f"a section of Settings is {annotation!r}: make it a model")
    return annotation
