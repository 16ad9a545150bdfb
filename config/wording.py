"""How is a refused value explained to an operator?

pydantic says what a value is not; here it is said what to write instead.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import SecretStr
from pydantic_core import ErrorDetails

_LONGEST_VALUE = 80


def explanation(error: ErrorDetails) -> str:
    """Return what is wrong with the value of *error*, and the remedy."""
    context: Mapping[str, Any] = error.get("ctx", {})
    if (speaker := _SPEAKERS.get(error["type"])) is not None:
        return speaker(context)
    return error["msg"][:1].lower() + error["msg"][1:]


def shown(value: object) -> str:
    """Return *value* for a message, shortened; what has parts is not shown, they may be secret."""
    if isinstance(value, Mapping | list | tuple | SecretStr):
        return ""
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."


_SPEAKERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "literal_error": lambda context: f"write {context['expected']}",
    "greater_than": lambda context: f"give a number above {context['gt']:.15g}",
    "greater_than_equal": lambda context: f"give a number of at least {context['ge']:.15g}",
    "less_than": lambda context: f"give a number below {context['lt']:.15g}",
    "less_than_equal": lambda context: f"give a number of at most {context['le']:.15g}",
    "int_parsing": lambda _: "give a whole number",
    "int_type": lambda _: "give a whole number",
    "int_from_float": lambda _: "give a whole number",
    "float_parsing": lambda _: "give a number",
    "float_type": lambda _: "give a number",
    "finite_number": lambda _: "give a finite number",
    "bool_parsing": lambda _: "write true or false",
    "bool_type": lambda _: "write true or false",
    "string_type": lambda _: "give text; in a YAML file put it in quotes",
    "string_too_short": lambda _: "must not be empty",
    "invalid_key": lambda _: "give a name that is text",
    "string_pattern_mismatch": lambda context: f"must match {context['pattern']}",
    "dict_type": lambda _: "give names with values; in an environment variable as a JSON object",
    "model_type": lambda _: "give keys with values; in an environment variable as a JSON object",
    "tuple_type": lambda _: "give a list; in an environment variable as a JSON list",
    "missing": lambda _: "is missing",
    "value_error": lambda context: str(context["error"]),
}
