"""How missing jars come into the cache: beside it first, checked, then in by a rename.

Two processes that start at once fetch once; one that dies half-way leaves nothing half done.
"""

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console

from consumer.embedded import maven
from consumer.embedded.errors import EmbeddedKafkaError
from consumer.embedded.jars import KAFKA_VERSION, Jar, cache_directory, check, missing, pinned_jars
from consumer.embedded.lock import only_one
from consumer.embedded.progress import PerFile, shown

Fetch = Callable[[Jar, Path, PerFile], Path]
"""Brings a jar into a directory and returns its file; see ``maven.fetch``."""

_TRIES = 3  # of each jar: one lost connection among 46 jars is nothing to fail for
_AT_ONCE = 8  # most of a small jar's time is the way to the server and back
_OTHER_DOWNLOAD_SECONDS = 600.0


def kafka_jars(
    directory: Path | None = None,
    *,
    jars: Sequence[Jar] | None = None,
    fetch: Fetch = maven.fetch,
) -> list[Path]:
    """Return the broker's classpath, downloading what this user does not have yet."""
    directory = directory or cache_directory() / f"kafka-{KAFKA_VERSION}"
    jars = pinned_jars() if jars is None else jars
    if missing(jars, directory):
        try:
            _download_alone(jars, directory, fetch)
        except OSError as error:
            raise EmbeddedKafkaError(
                f"the jars of Kafka cannot be kept in {directory} ({error}): make room or rights "
                "there, or name another directory in EVERONCE_CACHE_DIR"
            ) from error
    return [directory / jar.file_name for jar in jars]


def _download_alone(jars: Sequence[Jar], directory: Path, fetch: Fetch) -> None:
    with only_one(
        directory.with_name(f"{directory.name}.lock"),
        wait_seconds=_OTHER_DOWNLOAD_SECONDS,
        busy=f"another process has been downloading to {directory} for more than "
        f"{_OTHER_DOWNLOAD_SECONDS:.0f} s: end it and start again",
    ):
        # Asked again: whoever held the lock before us may have fetched them.
        if lacking := missing(jars, directory):
            _download(lacking, directory, fetch)


def _download(jars: Sequence[Jar], directory: Path, fetch: Fetch) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    total_bytes = sum(jar.size_bytes for jar in jars)
    what = f"Apache Kafka {KAFKA_VERSION} ({len(jars)} jars) to {directory}"
    with (
        # Under the same parent: a rename is atomic only within one file system.
        tempfile.TemporaryDirectory(prefix="download-", dir=directory.parent) as staging,
        shown(what, total_bytes, Console(stderr=True)) as per_file,
        ThreadPoolExecutor(_AT_ONCE) as pool,
    ):
        arriving = [pool.submit(_fetched, jar, Path(staging), per_file, fetch) for jar in jars]
        try:
            for jar, file in zip(jars, arriving, strict=True):
                file.result().replace(directory / jar.file_name)
        finally:
            # After the first failure the others need not be waited for.
            pool.shutdown(cancel_futures=True)


def _fetched(jar: Jar, staging: Path, per_file: PerFile, fetch: Fetch) -> Path:
    """Fetch *jar*, again after a lost connection, and check it: wrong bytes are not retried."""
    failure: Exception | None = None
    for number in range(_TRIES):
        # A directory for each try: jgo takes what a broken one left for the whole jar.
        try:
            file = fetch(jar, staging / f"{jar.file_name}-{number}", per_file)
        except EmbeddedKafkaError:
            raise
        except (OSError, RuntimeError) as error:
            failure = error
        else:
            check(jar, file)
            return file
    raise EmbeddedKafkaError(
        f"{jar.coordinate} could not be downloaded in {_TRIES} tries ({failure}): check the "
        "network and its proxy, then start again"
    ) from failure
