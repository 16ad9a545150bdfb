"""Which jars make the broker: those that ``jars.txt`` names, byte for byte.

A jar whose SHA-256 differs is never put on the classpath, whoever sent it and wherever it lay.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from consumer.embedded.errors import EmbeddedKafkaError

KAFKA_VERSION = "4.3.1"
PINNED = Path(__file__).with_name("jars.txt")


@dataclass(frozen=True, slots=True)
class Jar:
    """One file of the broker's classpath."""

    coordinate: str
    """Maven's ``group:artifact:version``."""

    sha256: str
    size_bytes: int

    @property
    def file_name(self) -> str:
        """The name that Maven repositories give it."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def pinned_jars(path: Path = PINNED) -> list[Jar]:
    """Read the list, in the order of the classpath."""
    lines = (line.split() for line in path.read_text().splitlines())
    words = (line for line in lines if line and not line[0].startswith("#"))
    return [Jar(coordinate, sha256, int(size)) for coordinate, sha256, size in words]


def cache_directory(environment: Mapping[str, str] | None = None) -> Path:
    """Return where this user's jars are kept; EVERONCE_CACHE_DIR overrides."""
    environment = os.environ if environment is None else environment
    if own := environment.get("EVERONCE_CACHE_DIR"):
        return Path(own).expanduser().absolute()
    # The XDG rule: a relative path in the variable is ignored.
    xdg = Path(environment.get("XDG_CACHE_HOME", ""))
    return (xdg if xdg.is_absolute() else Path.home() / ".cache") / "everonce"


def check(jar: Jar, path: Path) -> None:
    """Raise unless the file at *path* is *jar*."""
    found = sha256_of(path)
    if found != jar.sha256:
        raise EmbeddedKafkaError(
            f"{jar.coordinate} has SHA-256 {found}, not {jar.sha256} as pinned: it is not used; "
            "something between here and the Maven repository changes files, so ask whoever runs "
            "that proxy or mirror"
        )


def missing(jars: Iterable[Jar], directory: Path) -> list[Jar]:
    """Return those of *jars* that *directory* does not have, or has with other bytes.

    All are read at every start: 45 MB take 0.1 s, and a damaged cache mends itself.
    """
    return [jar for jar in jars if not _is_there(jar, directory / jar.file_name)]


def sha256_of(path: Path) -> str:
    """Return the digest of the file at *path* in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_there(jar: Jar, path: Path) -> bool:
    return path.is_file() and sha256_of(path) == jar.sha256
