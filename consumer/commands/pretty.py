"""How is a JSON text laid out for reading, with every number as it was written?"""

import json

import orjson


def pretty_json(text: bytes) -> str | None:
    """Return *text* indented; None where it is no JSON document."""
    try:
        document = json.loads(
            text.decode(),
            parse_int=orjson.Fragment,
            parse_float=orjson.Fragment,
            parse_constant=orjson.Fragment,
        )
        return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
    except (ValueError, RecursionError, orjson.JSONEncodeError):
        return None
