"""What does every setting mean, and which values are in effect?

``docs/configuration.md`` is the first answer, ``everonce check`` prints the second.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from config.breakers import BreakerPolicy
from config.failures import ClassificationRule
from config.keys import DELIMITER, PREFIX, sections
from config.policies import BUILT_IN, POLICY_OF_CRITICALITY, PolicyBinding, RetryPolicy
from config.settings import Settings
from config.values import Data

_HEAD = """\
# Configuration

Generated from the models in `config/` by `python -m consumer.commands.docs`; edit those.

Every setting is read from the environment (`EVERONCE_SECTION__KEY`), over a YAML file
(`EVERONCE_CONFIG`, or `--config`), over the default. In the file, sections are keys:

```yaml
kafka:
  bootstrap_servers: kafka-1:9092,kafka-2:9092
  group_id: billing
retry:
  bindings:
    - {event_type: "invoice.*", policy: conservative}
```

- A duration is written `500ms`, `2s`, `1m30s`, `24h`, `7d`, or as a number of seconds.
- A list is comma-separated in the environment (`a,b`), or JSON where an item contains a comma.
- What has parts is JSON in the environment:
  `EVERONCE_RETRY__POLICIES='{"standard": {"max_attempts": 5}}'`.
- Where "none" is possible, an empty value means none.
- A name that is no setting, in the file or as an `EVERONCE_` variable, is an error: a misspelt
  limit is not ignored. All problems are reported at once, with exit code 2.
"""


def effective(settings: Settings) -> Data:
    """Return every setting by section and key, as a file would say it, secrets masked."""
    values = settings.model_dump(mode="json")
    policies = settings.retry.named()
    values["retry"]["policies"] = {
        name: policy.model_dump(mode="json") for name, policy in policies.items()
    }
    for table, name, breaker in settings.breakers.named():
        values["breakers"][table][name] = breaker.model_dump(mode="json")
    return values


def configuration_markdown() -> str:
    """Return docs/configuration.md."""
    lines = [_HEAD]
    for section, model in sections().items():
        lines += [f"## {section}", "", _said(model.__doc__), ""]
        lines += [*_table(model, f"{PREFIX}{section}{DELIMITER}".upper()), ""]
    lines += ["## The built-in policies", "", *_policy_table(), ""]
    for title, model in _PARTS:
        lines += [f"## {title}", "", _said(model.__doc__), "", *_table(model), ""]
    return "\n".join(lines)


_PARTS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("A policy of retry.policies", RetryPolicy),
    ("A binding of retry.bindings", PolicyBinding),
    ("A breaker of breakers.processors or breakers.dependencies", BreakerPolicy),
    ("A rule of classification.rules", ClassificationRule),
)


def _table(model: type[BaseModel], prefix: str | None = None) -> Iterator[str]:
    """Yield one row per key, with the environment variable where there is a *prefix*."""
    schema = model.model_json_schema()
    required = schema.get("required", ())
    head = ["key", *(["environment"] if prefix else []), "type", "default", "meaning"]
    yield cells(head)
    yield cells(["---"] * len(head))
    for name, field in schema["properties"].items():
        variable = [f"`{prefix}{name.upper()}`"] if prefix else []
        default = "required" if name in required else _default(model, name)
        meaning = _said(field["description"])
        yield cells([f"`{name}`", *variable, _kind(field), default, meaning])


def _policy_table() -> Iterator[str]:
    keys = ("max_attempts", "base_delay", "max_delay", "multiplier", "jitter")
    critical = {name: criticality for criticality, name in POLICY_OF_CRITICALITY.items()}
    yield cells(["policy", *keys, "criticality"])
    yield cells(["---"] * (len(keys) + 2))
    for name, policy in BUILT_IN.items():
        values = policy.model_dump(mode="json")
        yield cells([f"`{name}`", *(f"{values[key]}" for key in keys), critical.get(name, "none")])


def cells(texts: list[str]) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(text.replace('|', chr(92) + '|') for text in texts)} |"


def _said(text: str | None) -> str:
    return " ".join((text or "").split())


def _default(model: type[BaseModel], name: str) -> str:
    field = model.model_fields[name]
    instance = model.model_construct(**{name: field.get_default(call_default_factory=True)})
    value = instance.model_dump(mode="json", include={name})[name]
    if value is None or value in ("", [], {}):
        return "none"
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    return f"`{','.join(map(str, value)) if isinstance(value, list) else value}`"


def _kind(schema: Mapping[str, Any]) -> str:
    """Return the type of a field, in words, from its JSON Schema."""
    if "anyOf" in schema:
        return " or ".join(_kind(option) for option in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    if schema["type"] == "array":
        return f"list ({_kind(schema['items'])})"
    kind = _KINDS[schema.get("format", schema["type"])]
    return f"{kind} above 0" if schema.get("exclusiveMinimum") == 0 else kind


_KINDS = {
    "duration": "duration",
    "password": "secret",
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true` or `false`",
    "object": "names with values",
    "null": "none",
}
