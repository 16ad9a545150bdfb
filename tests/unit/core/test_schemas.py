"""The schemas are schemas, and what we write is what they say."""

from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator, ValidationError

from consumer.core.schemas import schemas
from tests.unit.core.letter_examples import a_failure, a_history, a_letter, given_up
from tests.unit.core.test_event_record import EVENT


@pytest.mark.parametrize("name", ["event", "result", "dead-letter"])
def test_a_schema_is_one_and_has_a_name_and_a_description_of_each_member(name: str) -> None:
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)

    assert schema["$id"] == f"urn:everonce:{name}:1"
    parts: list[dict[str, Any]] = [schema, *schema.get("$defs", {}).values()]
    for part in parts:
        assert part["description"]
        for member in part["properties"].values():
            # Where both read the same, the part's own description stands for both.
            assert member.get("description") or member["$ref"]


def test_a_letter_is_what_its_schema_says() -> None:
    letter = a_letter(give_up=given_up(a_failure(traceback="...")), history=a_history(3))

    Draft202012Validator(schemas()["dead-letter"]).validate(orjson.loads(letter.value))


def test_the_event_schema_takes_events_with_members_of_their_own() -> None:
    Draft202012Validator(schemas()["event"]).validate(EVENT | {"tenant": 7})


@pytest.mark.parametrize("member", ["event_id", "payload", "occurred_at"])
def test_the_event_schema_refuses_what_is_no_event(member: str) -> None:
    with pytest.raises(ValidationError):
        Draft202012Validator(schemas()["event"]).validate(EVENT | {member: 7})
