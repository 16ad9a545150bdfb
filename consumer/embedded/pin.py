"""Maintainers: write ``jars.txt`` anew, for another Kafka: ``python -m consumer.embedded.pin``.

The versions are those that Maven itself would choose (compare with ``mvn dependency:list``).
The digests are of what the repository serves today, so read the diff before it is committed.
"""

import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

import jgo

from consumer.embedded import maven
from consumer.embedded.jars import KAFKA_VERSION, PINNED, Jar, sha256_of

# The "!" keeps jgo from taking either project's dependency management for both: log4j's names
# kafka-clients 3.8.0, and a broker of two Kafka versions is what would come out of it.
# log4j-slf4j-impl, without which the broker logs nothing, has the version of the log4j-core
# that Kafka itself brings.
ROOTS = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}!",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4!",
)
_HEAD = """\
# The jars of the embedded Kafka: Maven coordinate, SHA-256, size in bytes.
# Written by `python -m consumer.embedded.pin`; roots:
"""


def main() -> None:
    """Resolve the roots, download everything, write the list."""
    artifacts = jgo.resolve("+".join(ROOTS))
    names = sorted(f"{each.groupId}:{each.artifactId}:{each.version}" for each in artifacts)
    with tempfile.TemporaryDirectory() as staging:
        jars = [_pinned(name, Path(staging)) for name in names]
    roots = "".join(f"#   {root.removesuffix('!')}\n" for root in ROOTS)
    lines = (f"{jar.coordinate} {jar.sha256} {jar.size_bytes}\n" for jar in jars)
    PINNED.write_text(f"{_HEAD}{roots}{''.join(lines)}")
    total_bytes = sum(jar.size_bytes for jar in jars)
    sys.stdout.write(f"{PINNED}: {len(jars)} jars, {total_bytes / 1e6:.1f} MB\n")


def _pinned(coordinate: str, staging: Path) -> Jar:
    unchecked = Jar(coordinate, sha256="", size_bytes=0)
    file = maven.fetch(unchecked, staging, lambda _name, _size: nullcontext(lambda _bytes: None))
    return Jar(coordinate, sha256_of(file), file.stat().st_size)


if __name__ == "__main__":
    main()
