"""What of a letter is hidden."""

import base64

import orjson
import pytest

from config.desk import DeskSettings
from consumer.desk.redaction import HIDDEN, Redaction
from tests.unit.core.letter_examples import a_failure, a_letter, a_record, given_up

HIDE = Redaction(DeskSettings().redact)


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "Customer_PASSWORD_2",
        "apiKey",
        "api-key",
        "x_api_key",
        "Authorization",
        "cookie",
    ],
)
def test_name_that_matches_a_pattern_hides(name: str) -> None:
    assert HIDE.hides(name)


@pytest.mark.parametrize("name", ["author", "authorizations", "key", "pass", "cookies", ""])
def test_other_name_does_not(name: str) -> None:
    assert not HIDE.hides(name)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("login with password=hunter2, user=ann", "login with password=(hidden), user=ann"),
        ("Authorization: Bearer abc.def.ghi", "Authorization: (hidden)"),
        ('{"token": "a b c", "n": 1}', '{"token": (hidden), "n": 1}'),
        (r"body {\"secret\":\"a b\"}", r"body {\"secret\":(hidden)}"),
        ("https://x/?api_key=abc&n=1", "https://x/?api_key=(hidden)&n=1"),
        ("{'Set-Cookie': 'id=1; a=2'}", "{'Set-Cookie': (hidden)}"),
        ("5 tokens left, no password given", "5 tokens left, no password given"),
    ],
)
def test_value_behind_a_name_in_a_text_is_hidden(text: str, shown: str) -> None:
    assert HIDE.text(text) == shown


def test_members_are_hidden_at_any_depth_and_numbers_keep_every_digit() -> None:
    value = b'{"a": [{"token": {"x": 1}, "n": 1.00000000000000000001}], "password": null}'

    assert HIDE.value(value) == (
        b'{"a":[{"token":"(hidden)","n":1.00000000000000000001}],"password":null}'
    )


@pytest.mark.parametrize(
    "value",
    [b'{"n":  1.10}', b"plain text", b"\xff\xfe", b"", b"[" * 3000, b'{"passwords are": "long"'],
)
def test_value_in_which_nothing_is_hidden_stays_as_it_is(value: bytes) -> None:
    assert HIDE.value(value) == value


@pytest.mark.parametrize("pattern", ["p[i1]n", "größe*", "*a*b*", "?in"])
def test_pattern_may_have_classes_stars_and_any_letters(pattern: str) -> None:
    hide = Redaction([pattern])
    name = {"p[i1]n": "P1N", "größe*": "Größe2", "*a*b*": "xaxbx", "?in": "pin"}[pattern]

    assert hide.value(orjson.dumps({name: 7})) == orjson.dumps({name: HIDDEN})
    assert hide.text(f"{name}=7 is wrong") == f"{name}=(hidden) is wrong"


def test_name_in_escapes_is_no_way_around() -> None:
    assert HIDE.value(b'{"p\\u0061ssword":"hunter2"}') == b'{"password":"(hidden)"}'


def test_header_is_hidden_by_its_name() -> None:
    assert HIDE.header("X-Auth-Token", b"\xff") == HIDDEN.encode()
    assert HIDE.header("Accept", b"json") == b"json"
    assert HIDE.header("X-Auth-Token", None) is None


def test_letter_has_no_trace_of_what_is_hidden() -> None:
    value = b'{"user":"ann","password":"hunter2"}'
    failure = a_failure(
        message="login with password=hunter2 failed",
        traceback='  login("ann", password="hunter2")',
        details={"request": {"api_key": "hunter2"}},
    )
    headers = [("authorization", b"Bearer hunter2"), ("kept", b"yes")]
    written = a_letter(a_record(value=value, headers=headers), give_up=given_up(failure))

    shown = HIDE.envelope(written.value)

    assert b"hunter2" not in shown
    letter = orjson.loads(shown)
    assert orjson.loads(letter["original"]["value"]["data"]) == {"user": "ann", "password": HIDDEN}
    assert [each["data"] for each in letter["original"]["headers"]] == [HIDDEN, "yes"]
    assert letter["original_event"]["user"] == "ann"


def test_original_in_base64_is_looked_into() -> None:
    text = '{"a":"' + "\x01" * 200 + '","password":"hunter2"}'
    letter = {"original": {"value": {"encoding": "base64", "data": _base64(text)}, "headers": 7}}

    shown = orjson.loads(HIDE.envelope(orjson.dumps(letter)))

    assert "hunter2" not in shown["original"]["value"]["data"]
    assert shown["original"]["value"]["encoding"] == "utf-8"


def test_secret_beside_bytes_that_are_no_utf_8_is_hidden_and_the_bytes_stay() -> None:
    latin_1 = b'{"name":"M\xfcller","password":"hunter2"}'

    shown = HIDE.value(latin_1)

    assert shown == b'{"name":"M\xfcller","password":' + HIDDEN.encode() + b"}"
    value = {"encoding": "base64", "data": base64.b64encode(latin_1).decode()}
    letter = orjson.loads(HIDE.envelope(orjson.dumps({"original": {"value": value}})))
    assert letter["original"]["value"] == {
        "encoding": "base64",
        "data": base64.b64encode(shown).decode(),
    }


def test_letter_without_anything_to_hide_stays_as_it_was_written() -> None:
    value = orjson.dumps(
        {"original": {"value": None}, "a": "token ring"}, option=orjson.OPT_INDENT_2
    )

    assert HIDE.envelope(value) == value


def test_what_is_nested_too_deeply_to_be_written_is_hidden() -> None:
    for depth in (300, 900):
        deep = b'{"a":' * depth + b'{"password":"hunter2"}' + b"}" * depth
        written = a_letter(a_record(value=deep))

        assert b"hunter2" not in HIDE.value(deep)
        shown = HIDE.envelope(written.value)
        assert b"hunter2" not in shown
        assert orjson.loads(shown)["dlq_id"] == written.dlq_id


def test_value_that_is_neither_json_nor_text_stays_but_for_what_stands_behind_a_name() -> None:
    assert HIDE.value(b"\xff passing \xfe") == b"\xff passing \xfe"
    assert HIDE.value(b"\xff password=1 \xfe") == b"\xff password=" + HIDDEN.encode() + b" \xfe"


def test_half_of_a_surrogate_pair_beside_a_secret_hides_the_whole_value() -> None:
    assert HIDE.value(b'{"a":"\\ud800","password":"x"}') == HIDDEN.encode()


def test_members_of_another_type_than_they_should_have_stay() -> None:
    letter = {
        "original": {
            "headers": [7, {"name": "x", "data": 5}],
            "value": {"encoding": "base64", "data": "?"},
        },
        "error": {"token": "x"},
    }

    shown = orjson.loads(HIDE.envelope(orjson.dumps(letter)))

    assert shown == {**letter, "error": {"token": HIDDEN}}


def test_without_patterns_nothing_is_hidden() -> None:
    nothing = Redaction(())

    assert not nothing
    assert nothing.text("password=x") == "password=x"
    assert nothing.value(b'{"password":1}') == b'{"password":1}'
    assert nothing.envelope(b'{"password":1}') == b'{"password":1}'
    assert nothing.header("cookie", b"1") == b"1"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
