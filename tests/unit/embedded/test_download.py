"""How missing jars come into the cache."""

import hashlib
import io
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rich.console import Console

from consumer.embedded import EmbeddedKafkaError, maven
from consumer.embedded.download import kafka_jars
from consumer.embedded.jars import Jar
from consumer.embedded.progress import PerFile, shown

JARS = [
    Jar(f"org.example:{name}:1.0", hashlib.sha256(name.encode()).hexdigest(), len(name))
    for name in ("one", "two", "three")
]


class Repository:
    """A repository in memory; it fails and lies on request."""

    def __init__(self, *, lost: int = 0, lies_about: str = "") -> None:
        self.asked: Counter[str] = Counter()
        self._lost = lost
        self._lies_about = lies_about

    def fetch(self, jar: Jar, directory: Path, per_file: PerFile) -> Path:
        name = jar.coordinate.split(":")[1]
        self.asked[name] += 1
        if self.asked[name] <= self._lost:
            raise ConnectionResetError("connection reset")
        directory.mkdir(parents=True)
        file = directory / jar.file_name
        with per_file(jar.file_name, jar.size_bytes) as advance:
            file.write_bytes(b"evil" if name == self._lies_about else name.encode())
            advance(jar.size_bytes)
        return file


def test_jars_are_fetched_once_and_listed_in_order(tmp_path: Path) -> None:
    repository = Repository()
    for _ in range(2):
        paths = kafka_jars(tmp_path / "kafka", jars=JARS, fetch=repository.fetch)
        assert [path.read_bytes() for path in paths] == [b"one", b"two", b"three"]
    assert repository.asked == {"one": 1, "two": 1, "three": 1}


def test_only_what_is_missing_or_damaged_is_fetched(tmp_path: Path) -> None:
    kafka_jars(tmp_path / "kafka", jars=JARS, fetch=Repository().fetch)
    (tmp_path / "kafka" / "two-1.0.jar").write_bytes(b"tw")
    (tmp_path / "kafka" / "three-1.0.jar").unlink()
    repository = Repository()
    kafka_jars(tmp_path / "kafka", jars=JARS, fetch=repository.fetch)
    assert repository.asked == {"two": 1, "three": 1}


def test_two_starts_at_once_fetch_once(tmp_path: Path) -> None:
    repository = Repository()
    with ThreadPoolExecutor(2) as pool:
        starts = [
            pool.submit(kafka_jars, tmp_path / "kafka", jars=JARS, fetch=repository.fetch)
            for _ in range(2)
        ]
        assert starts[0].result() == starts[1].result()
    assert repository.asked == {"one": 1, "two": 1, "three": 1}


def test_wrong_bytes_are_refused_not_retried_and_not_kept(tmp_path: Path) -> None:
    repository = Repository(lies_about="two")
    with pytest.raises(EmbeddedKafkaError, match=r"org\.example:two:1\.0 has SHA-256"):
        kafka_jars(tmp_path / "kafka", jars=JARS, fetch=repository.fetch)
    assert repository.asked["two"] == 1
    assert not (tmp_path / "kafka" / "two-1.0.jar").exists()


def test_lost_connections_are_tried_again(tmp_path: Path) -> None:
    repository = Repository(lost=2)
    assert len(kafka_jars(tmp_path / "kafka", jars=JARS, fetch=repository.fetch)) == 3
    assert set(repository.asked.values()) == {3}


def test_network_that_stays_away_is_told_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedKafkaError, match=r"in 3 tries \(connection reset\): check the ne"):
        kafka_jars(tmp_path / "kafka", jars=JARS, fetch=Repository(lost=9).fetch)


def test_failed_download_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedKafkaError):
        kafka_jars(tmp_path / "kafka", jars=JARS, fetch=Repository(lost=9).fetch)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kafka", "kafka.lock"]
    assert list((tmp_path / "kafka").iterdir()) == []


def test_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EmbeddedKafkaError, match=r"cannot be kept in .*EVERONCE_CACHE_DIR"):
        kafka_jars(tmp_path / "file" / "kafka", jars=JARS, fetch=Repository().fetch)


def test_without_jgo_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jgo.config", None)
    with pytest.raises(EmbeddedKafkaError, match=r"pip install everonce\[embedded\]"):
        kafka_jars(tmp_path / "kafka", jars=JARS, fetch=maven.fetch)


@pytest.mark.parametrize("terminal", [False, True], ids=["file", "terminal"])
def test_download_is_announced_and_closed_with_a_line(terminal: bool) -> None:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=60)
    with (
        shown("Apache Kafka to /a/long/path", 45_000_000, console) as per_file,
        per_file("x", 1) as go,
    ):
        go(1)
    written = console.file
    assert isinstance(written, io.StringIO)
    first, *between, last = written.getvalue().splitlines()
    assert first == "Everonce: downloading Apache Kafka to /a/long/path, 45 MB, once"
    assert last.endswith("Everonce: downloaded in 0 s")
    assert bool(between) is terminal
