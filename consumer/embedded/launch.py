"""How this machine runs Kafka's main classes: a Java, the jars, the flags."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from consumer.embedded.download import kafka_jars
from consumer.embedded.errors import EmbeddedKafkaError
from consumer.embedded.java import OLDEST_MAJOR, find_java, inspect

# 512 MiB carry what our tests and benchmarks send; the serial collector is the smallest, and
# out of memory a broker must be seen to end, not limp on.
FLAGS = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")

_LOGGING = Path(__file__).with_name("log4j2.properties")


@dataclass(frozen=True, slots=True)
class Launch:
    """A Java and the jars of Kafka."""

    java: Path
    classpath: tuple[Path, ...]

    def command(self, main_class: str, *arguments: str) -> list[str]:
        """Return the command line that runs *main_class*."""
        logging = f"-Dlog4j2.configurationFile={_LOGGING}"
        return [str(self.java), *FLAGS, logging, main_class, *arguments]

    def environment(self) -> dict[str, str]:
        """Return ours with the classpath, which as an argument would fill every ``ps``."""
        return {**os.environ, "CLASSPATH": os.pathsep.join(map(str, self.classpath))}


def found_launch(java: Path | None) -> Launch:
    """Find a Java, unless *java* names one, and the jars, downloading them the first time."""
    return Launch(find_java().path if java is None else _named(java), tuple(kafka_jars()))


def _named(path: Path) -> Path:
    found = Path(shutil.which(path) or path)  # a bare name is looked up here, not at each start
    java = inspect(found)
    if java.major < OLDEST_MAJOR:
        raise EmbeddedKafkaError(
            f"{found} is Java {java.major or '(it tells no version)'}, and the embedded Kafka "
            f"needs {OLDEST_MAJOR} or newer: name another, or none to have one looked for"
        )
    return found
