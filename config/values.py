"""How are lists, names and absent values written in one line of text, as in the environment?"""

import json
import re
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints


def split(value: object) -> object:
    """Read a list from one line: comma-separated, or JSON where an item contains a comma."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError as error:
            raise ValueError(f'is no JSON list ({error}): write a,b,c or ["a", "b"]') from None
    return tuple(part.strip() for part in value.split(",") if part.strip())


def empty_as_none(value: object) -> object:
    """Read an empty line as absent: an environment variable has no other way to say so."""
    return None if value == "" else value


def _without_broken_patterns(matches: tuple[str, ...]) -> tuple[str, ...]:
    for match in matches:
        check_match(match)
    return matches


def check_match(match: str) -> str:
    """Return *match* when it can match a failure.

    Raises:
        ValueError: It is empty, or a /pattern/ that is no regular expression.
    """
    if not match.strip("/ "):
        raise ValueError(f"{match!r} matches nothing: give an exception name, a code or /pattern/")
    if len(match) > 2 and match[0] == match[-1] == "/":
        try:
            re.compile(match[1:-1])
        except re.error as error:
            raise ValueError(
                f"{match!r} is no regular expression ({error}): mend what is between the slashes",
            ) from None
    return match


def listed(names: Iterable[str]) -> str:
    """Return *names* for a message: sorted and comma-separated."""
    return ", ".join(sorted(names))


Names = Annotated[tuple[str, ...], BeforeValidator(split)]
Matches = Annotated[Names, AfterValidator(_without_broken_patterns)]
"""Exception names, error codes, /patterns/."""
ErrorCodeName = Annotated[str, StringConstraints(pattern="^[A-Z][A-Z0-9_]*$")]
CodeNames = Annotated[tuple[ErrorCodeName, ...], BeforeValidator(split)]
StatusCodes = Annotated[tuple[int, ...], BeforeValidator(split)]
OptionalText = Annotated[str | None, BeforeValidator(empty_as_none)]
OptionalSecret = Annotated[SecretStr | None, BeforeValidator(empty_as_none)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
"""A part of a whole: 0.5 is half of it."""
OptionalShare = Annotated[Share | None, BeforeValidator(empty_as_none)]
OptionalCount = Annotated[Annotated[int, Field(ge=1)] | None, BeforeValidator(empty_as_none)]
Data = dict[str, Any]
"""Values as they were read, before any check."""
