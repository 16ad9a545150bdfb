"""What does the environment say, and which variable said it?"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource

from config.keys import PREFIX, nearest_variable, path_of
from config.problems import Problem
from config.reading import Reading
from config.settings import Settings

_NOT_SETTINGS = re.compile(
    r"EVERONCE_(CONFIG|CACHE_DIR|EXAMPLES_\w+)"
    # Kubernetes puts the addresses of a Service named everonce or everonce-... into every pod of
    # its namespace; refusing them would keep a correct deployment from starting.
    r"|EVERONCE_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?"
    r"|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)",
)
_SERVICE_ADDRESS = re.compile(r"(tcp|udp|sctp)://.*")


def read_environment(environ: Mapping[str, str]) -> Reading:
    """Return the settings in *environ*; an EVERONCE_ variable that is none is a problem."""
    reading = Reading()
    variables: dict[str, str | None] = {}
    for name, value in sorted(environ.items()):
        if not name.upper().startswith(PREFIX) or _is_no_setting(name.upper(), value):
            continue
        path = path_of(name)
        if path is None:
            near = nearest_variable(name)
            reading.problems.append(
                Problem(
                    "",
                    f"{name} is no setting: "
                    + (f"did you mean {near}? " if near else "")
                    + "docs/configuration.md lists all; write it like that, or unset it",
                ),
            )
        else:
            variables[name.lower()] = value
            reading.origins[path] = name
    reading.values = _Variables(variables)()
    return reading


def _is_no_setting(name: str, value: str) -> bool:
    if "__" in name:
        return False
    is_address = name.endswith("_PORT") and _SERVICE_ADDRESS.fullmatch(value) is not None
    return is_address or _NOT_SETTINGS.fullmatch(name) is not None


class _Variables(EnvSettingsSource):
    """The library's reading of nested names, over the variables it is given."""

    def __init__(self, variables: Mapping[str, str | None]) -> None:
        super().__init__(Settings)
        self.env_vars = variables

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """Decode what is meant as JSON; anything else is judged with all other values."""
        if not value.lstrip().startswith(("{", "[")):
            return value
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value
