"""Is the payload that a processor wants taken from its annotation, and checked as JSON?"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, TypeVar

import pytest
from pydantic import BaseModel, Field, StrictInt, ValidationError
from typing_extensions import TypedDict

from processors import Context, WorkflowEvent
from processors.payloads import PayloadError, payload_validator

T = TypeVar("T")


class Colour(Enum):
    RED = "red"


class Model(BaseModel):
    moment: datetime
    amount: Decimal
    number: uuid.UUID
    colour: Colour
    count: StrictInt


class Typed(TypedDict):
    name: str


@dataclass
class Plain:
    name: str


PAYLOAD = {
    "moment": "2026-01-02T03:04:05Z",
    "amount": 19.99,
    "number": "12345678-1234-5678-1234-567812345678",
    "colour": "red",
    "count": 3,
}


def _typed(annotation: Any) -> Any:
    def run(event: Any, ctx: Context) -> None: ...

    run.__annotations__["event"] = annotation
    return run


def _untyped(event, ctx):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    ...


def test_what_json_can_only_write_as_text_is_read_as_what_the_model_says() -> None:
    validator = payload_validator(_typed(WorkflowEvent[Model]))

    assert validator is not None
    assert validator.validate_python(PAYLOAD) == Model(
        moment=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        amount=Decimal("19.99"),
        number=uuid.UUID("12345678-1234-5678-1234-567812345678"),
        colour=Colour.RED,
        count=3,
    )


@pytest.mark.parametrize("wrong", [{"count": "3"}, {"colour": "blue"}, {"moment": "soon"}])
def test_a_payload_that_is_not_as_its_model_says_is_a_validation_error(
    wrong: dict[str, Any],
) -> None:
    validator = payload_validator(_typed(WorkflowEvent[Model]))

    assert validator is not None
    with pytest.raises(ValidationError):
        validator.validate_python({**PAYLOAD, **wrong})


@pytest.mark.parametrize(
    ("annotation", "read"),
    [
        (WorkflowEvent[Typed], {"name": "x"}),
        (WorkflowEvent[Plain], Plain("x")),
        (WorkflowEvent[dict[str, str]], {"name": "x"}),
        (WorkflowEvent[Annotated[dict[str, str], Field(min_length=1)]], {"name": "x"}),
        ("WorkflowEvent[Plain]", Plain("x")),
        (Annotated[WorkflowEvent[Plain], "a note"], Plain("x")),
    ],
)
def test_models_dataclasses_typed_dicts_and_annotations_in_quotes_will_do(
    annotation: Any,
    read: object,
) -> None:
    validator = payload_validator(_typed(annotation))

    assert validator is not None
    assert validator.validate_python({"name": "x"}) == read


@pytest.mark.parametrize(
    "annotation",
    [
        Any,
        WorkflowEvent,
        WorkflowEvent[Any],
        WorkflowEvent[object],
        WorkflowEvent[dict],  # type: ignore[type-arg]
        WorkflowEvent[dict[str, Any]],
        WorkflowEvent[Mapping[str, Any]],
        WorkflowEvent[T],  # type: ignore[valid-type]
        "WorkflowEvent",
    ],
)
def test_any_payload_is_passed_on_as_it_is_where_nothing_is_asked_of_it(annotation: Any) -> None:
    assert payload_validator(_typed(annotation)) is None


def test_a_function_without_annotations_takes_any_payload() -> None:
    assert payload_validator(_untyped) is None


def test_only_the_annotation_of_the_event_must_be_known_at_run_time() -> None:
    function = _typed(WorkflowEvent[Plain])
    function.__annotations__["return"] = "OnlyForTypeCheckers"

    assert payload_validator(function) is not None


class NotForPydantic:
    """Nothing that pydantic knows."""


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (Plain, r"annotated as Plain: write event: WorkflowEvent\[Plain\]"),
        (dict[str, Any], "write event: WorkflowEvent"),
        ("WorkflowEvent[Unknown]", "'WorkflowEvent.Unknown.', which cannot be resolved"),
        ("WorkflowEvent[", "which cannot be resolved"),
        ("WorkflowEvent.Model", "which cannot be resolved"),
        ("WorkflowEvent[Plain, Plain]", "which cannot be resolved"),
        (WorkflowEvent[NotForPydantic], "make it a model or a dataclass"),
    ],
)
def test_an_annotation_that_is_no_event_is_refused_with_what_to_write(
    annotation: Any,
    message: str,
) -> None:
    with pytest.raises(PayloadError, match=message):
        payload_validator(_typed(annotation))
