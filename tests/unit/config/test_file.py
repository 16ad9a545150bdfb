"""Does a file become settings, with the line of every key?"""

from pathlib import Path

import pytest

from config.file import read_file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "everonce.yaml"


def test_keys_remember_their_lines(file: Path) -> None:
    file.write_text(
        "kafka:\n  group_id: billing\n\nretry:\n  policies:\n    mine: {jitter: none}\n"
    )

    reading = read_file(file)

    assert reading.problems == []
    assert reading.values == {
        "kafka": {"group_id": "billing"},
        "retry": {"policies": {"mine": {"jitter": "none"}}},
    }
    assert reading.origin_of(("kafka", "group_id")) == f"{file}:2"
    assert reading.origin_of(("retry", "policies", "mine", "jitter")) == f"{file}:6"
    assert reading.origin_of(("kafka", "client_id")) == f"{file}:1"
    assert reading.origin_of(("http", "port")) == ""


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_file_says_nothing(file: Path, text: str) -> None:
    file.write_text(text)

    reading = read_file(file)

    assert (reading.values, reading.problems) == ({}, [])


def test_an_empty_section_says_nothing(file: Path) -> None:
    file.write_text("kafka:\n")

    assert read_file(file).values == {"kafka": {}}


def test_names_that_yaml_reads_as_something_else_stay_text(file: Path) -> None:
    file.write_text("on:\n  0x1: 2\n?\n")

    reading = read_file(file)

    assert reading.values == {"True": {"1": 2}, "None": {}}
    assert reading.origin_of(("True", "1")) == f"{file}:2"
    assert reading.origin_of(("None",)) == f"{file}:3"


def test_a_key_that_stands_twice_is_a_problem_with_both_lines(file: Path) -> None:
    file.write_text("kafka:\n  group_id: a\n  group_id: b\n")

    [problem] = read_file(file).problems

    assert str(problem) == f"kafka.group_id ({file}:3): stands here and in line 2: remove one"


def test_an_alias_is_followed_once_and_a_merge_is_no_repetition(file: Path) -> None:
    file.write_text(
        "retry:\n  policies:\n    a: &a {jitter: none}\n    b: *a\n"
        "    c:\n      <<: *a\n      <<: *a\n",
    )

    reading = read_file(file)

    assert reading.problems == []
    assert reading.values["retry"]["policies"]["c"] == {"jitter": "none"}
    assert reading.origin_of(("retry", "policies", "b", "jitter")) == f"{file}:4"


def test_a_file_that_refers_to_itself_ends(file: Path) -> None:
    file.write_text("kafka: &a\n  group_id: *a\n")

    assert read_file(file).problems == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (b"kafka:\n  - a\n b: c\n", 3, "is not YAML"),
        (b"a: 1\n---\nb: 2\n", 2, "is not YAML (but found another document)"),
        (b"a: !!python/object:os.system {}\n", 1, "is not YAML"),
        (b"a: 2001-99-99\n", None, "is not YAML"),
        (b"a: \xff\n", None, "is not YAML"),
        (b"\n- kafka\n", 2, "holds no sections: begin with a line such as kafka:"),
        (b"kafka\n", 1, "holds no sections"),
    ],
)
def test_what_is_no_settings_file_is_one_problem_with_its_line(
    file: Path,
    text: bytes,
    line: int | None,
    words: str,
) -> None:
    file.write_bytes(text)

    reading = read_file(file)

    [problem] = reading.problems
    place = str(file) if line is None else f"{file}:{line}"
    assert str(problem).startswith(f"{place}: ")
    assert words in str(problem)
    assert reading.values == {}


def test_a_file_that_is_not_there_is_a_problem_that_says_where_it_was_named(file: Path) -> None:
    [problem] = read_file(file).problems

    assert str(problem) == (
        f"{file}: cannot be read (No such file or directory): check EVERONCE_CONFIG, or the path "
        "on the command line"
    )
