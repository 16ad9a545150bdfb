"""Is anything that file and environment may say either used or reported?"""

from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.keys import keys
from config.loading import load_settings
from config.problems import SettingsError
from config.reference import effective

VARIABLES = [key.variable for key in keys()]
TEXTS = st.text(max_size=20) | st.sampled_from(
    ["", "0", "1", "5s", "true", "null", "[]", "{}", '{"a": {}}', "[1", "a,b", "SASL_SSL"],
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = [(key.section, key.name) for key in keys()]


def _reported(path: Path | None, environ: dict[str, str]) -> list[str] | None:
    try:
        load_settings(path, environ)
    except SettingsError as refused:
        return [str(problem) for problem in refused.problems]
    return None


@given(st.dictionaries(st.sampled_from(VARIABLES), TEXTS, max_size=5))
def test_any_value_of_any_variable_is_used_or_reported_with_its_name(
    environ: dict[str, str],
) -> None:
    reported = _reported(None, environ)

    for problem in reported or ():
        assert any(variable in problem for variable in environ)


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ_", min_size=1, max_size=20), TEXTS)
def test_a_variable_of_ours_that_is_no_setting_is_never_passed_over(name: str, value: str) -> None:
    variable = f"EVERONCE_{name}__"

    reported = _reported(None, {variable: value})

    assert reported is not None
    assert f"{variable} is no setting" in reported[0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=5))
def test_any_value_in_a_file_is_used_or_reported_and_what_is_used_can_be_written_again(
    tmp_path: Path,
    said: list[tuple[tuple[str, str], Any]],
) -> None:
    values: dict[str, dict[str, Any]] = {}
    for (section, name), value in said:
        values.setdefault(section, {})[name] = value
    file = tmp_path / "everonce.yaml"
    file.write_text(yaml.safe_dump(values))

    reported = _reported(file, {})

    if reported is None:
        told = effective(load_settings(file, {}))
        told["kafka"] |= {"sasl_password": None, "ssl_keyfile_password": None}
        file.write_text(yaml.safe_dump(told))
        assert effective(load_settings(file, {})) == told
    else:
        assert all(str(file) in problem for problem in reported)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.text(alphabet="ab:-&*{}[],'\"\n #!%@|>?~01", max_size=60))
def test_any_file_at_all_is_used_or_reported(tmp_path: Path, content: bytes | str) -> None:
    file = tmp_path / "everonce.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())

    reported = _reported(file, {})

    assert reported is None or str(file) in reported[0]
