"""Is every setting documented, and told without secrets?"""

from pathlib import Path
from typing import get_args

import pytest
import yaml
from pydantic.fields import FieldInfo

from config.keys import keys, model_of
from config.loading import load_settings
from config.policies import BUILT_IN
from config.reference import cells, configuration_markdown, effective
from config.settings import Settings

DOCUMENT = Path(__file__).parents[3] / "docs" / "configuration.md"


def test_the_document_is_current() -> None:
    assert DOCUMENT.read_text() == configuration_markdown()


def test_every_setting_is_documented_with_its_variable_and_meaning() -> None:
    rows = [line for line in configuration_markdown().splitlines() if line.startswith("| `")]

    for key in keys():
        [row] = [row for row in rows if f"`{key.variable}`" in row]
        assert row.startswith(f"| `{key.name}` |")
        assert row.rstrip(" |").rsplit("| ", 1)[-1].strip()


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    assert cells(["a|b", "c"]) == "| a\\|b | c |"


def test_what_is_in_effect_is_told_as_a_file_would_say_it_with_secrets_masked() -> None:
    environ = {
        "EVERONCE_KAFKA__SECURITY_PROTOCOL": "SASL_SSL",
        "EVERONCE_KAFKA__SASL_USERNAME": "me",
        "EVERONCE_KAFKA__SASL_PASSWORD": "hunter2",
        "EVERONCE_COMMIT__LINGER": "0.02",
    }

    told = effective(load_settings(None, environ))

    assert "hunter2" not in str(told)
    assert told["kafka"]["sasl_username"] == "me"
    assert told["kafka"]["ssl_keyfile_password"] is None
    assert told["commit"]["linger"] == "20ms"
    assert told["retry"]["policies"].keys() == BUILT_IN.keys()


def test_what_is_in_effect_can_be_read_back_as_a_file(tmp_path: Path) -> None:
    file = tmp_path / "everonce.yaml"
    file.write_text(yaml.safe_dump(effective(Settings())))

    assert effective(load_settings(file, {})) == effective(Settings())


def test_an_empty_variable_means_none_wherever_none_is_possible() -> None:
    optional = [key for key in keys() if type(None) in get_args(key.field.annotation)]

    settings = load_settings(None, {key.variable: "" for key in optional})

    assert len(optional) >= 10
    assert {getattr(getattr(settings, key.section), key.name) for key in optional} == {None}


def test_a_section_must_be_a_model() -> None:
    with pytest.raises(TypeError, match="make it a model"):
        model_of(FieldInfo(annotation=int))
