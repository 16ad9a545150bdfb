"""Which payload does a processor want, and how is one checked?

Payloads are validated in pydantic's lax mode: a payload has already been parsed, and strict mode
would then refuse every datetime, UUID, Decimal and enum, which JSON can only write as text.  A
model, or one field, that wants no coercion says so itself (``Strict``, ``StrictInt``).
"""

import inspect
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Annotated, Any, Protocol, TypeVar, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError

from processors.contract import WorkflowEvent


class PayloadValidator(Protocol):
    """What turns a parsed payload into what the processor asked for."""

    def validate_python(self, payload: Any, /) -> Any:
        """Return the payload as its model.

        Raises:
            pydantic.ValidationError: It is not as the model says.
        """
        ...


class PayloadError(Exception):
    """The annotation of a processor's event cannot be used; the message says what to write."""


def payload_validator(function: Callable[..., Any]) -> PayloadValidator | None:
    """Return what checks the payloads for *function*; None where it takes any payload as it is.

    Raises:
        PayloadError: Its first parameter is annotated with something else than an event.
    """
    wanted = _payload_type(function)
    if wanted in _AS_IT_IS or isinstance(wanted, TypeVar):
        return None
    try:
        # Not the adapter itself: its own method costs as much again as a small model.
        return TypeAdapter(wanted).validator
    except PydanticUserError as error:
        raise PayloadError(
            f"WorkflowEvent[{_name(wanted)}]: pydantic cannot validate {_name(wanted)} "
            f"({error.message}): make it a model or a dataclass",
        ) from None


_AS_IT_IS = (
    Any,
    object,
    dict,
    dict[str, Any],
    dict[str, object],
    Mapping,
    Mapping[str, Any],
    Mapping[str, object],
)
"""A payload is always a JSON object, so there is nothing to check."""


def _payload_type(function: Callable[..., Any]) -> Any:
    parameter = next(iter(inspect.signature(function).parameters.values()))
    if parameter.annotation is inspect.Parameter.empty:
        return Any
    # Only this one annotation: the others may name what is imported for type checkers alone.
    holder = SimpleNamespace(__annotations__={"event": parameter.annotation})
    names = getattr(inspect.unwrap(function), "__globals__", {})
    try:
        hint = get_type_hints(holder, globalns=names, include_extras=True)["event"]
    except (NameError, AttributeError, SyntaxError, TypeError) as error:
        raise PayloadError(
            f"its event is annotated as {parameter.annotation!r}, which cannot be resolved "
            f"({error}): define the model at the top of the module, not in a function or only for "
            "type checkers",
        ) from None
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if hint is WorkflowEvent or hint is Any:
        return Any
    if get_origin(hint) is not WorkflowEvent:
        raise PayloadError(
            f"its first parameter is annotated as {_name(hint)}: write "
            f"event: WorkflowEvent[{_name(hint)}]",
        )
    return get_args(hint)[0]


def _name(annotation: Any) -> str:
    return getattr(annotation, "__name__", repr(annotation))
