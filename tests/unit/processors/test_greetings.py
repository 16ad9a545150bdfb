"""Does the example of the README run as it stands there?"""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from processors import Context, PermanentError, WorkflowEvent
from processors.loading import load_processors
from processors.registry import Processor

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "greetings.py"


@pytest.fixture(name="greet")
def _greet() -> Processor:
    found = load_processors(["docs.examples.greetings"]).match("user.signed_up")
    assert found is not None
    return found


def _event(greet: Processor, payload: dict[str, object]) -> WorkflowEvent[object]:
    assert greet.payload is not None
    read = greet.payload.validate_python(payload)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return WorkflowEvent("e-1", "user.signed_up", "w-1", "r-1", moment, read)


async def test_whoever_signed_up_is_greeted(greet: Processor) -> None:
    result = await greet.function(_event(greet, {"name": "Ada"}), Context("e-1"))

    assert result == {"greeting": "Hello, Ada!"}


async def test_nobody_is_not_greeted(greet: Processor) -> None:
    with pytest.raises(PermanentError, match="there is nobody to greet"):
        await greet.function(_event(greet, {"name": ""}), Context("e-1"))


def test_a_payload_without_a_name_is_refused(greet: Processor) -> None:
    with pytest.raises(ValidationError, match="name"):
        _event(greet, {"nme": "Ada"})


def test_what_the_readme_shows_is_short() -> None:
    lines = [line for line in EXAMPLE.read_text().splitlines() if line.strip()]

    assert len(lines) <= 15
