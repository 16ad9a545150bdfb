"""How one jar is fetched from a Maven repository: jgo does it, one pinned coordinate at a time.

Nothing is resolved here: the versions were settled when ``jars.txt`` was written (``pin.py``).
"""

from pathlib import Path

from consumer.embedded.errors import EmbeddedKafkaError
from consumer.embedded.jars import Jar
from consumer.embedded.progress import PerFile


def fetch(jar: Jar, directory: Path, per_file: PerFile) -> Path:
    """Bring *jar* into *directory*, laid out as a Maven repository, and return its file.

    Raises:
        OSError: A connection failed; requests' errors are OSErrors.
        RuntimeError: No repository has it; jgo raises it so.
    """
    try:
        from jgo.config import GlobalSettings  # noqa: PLC0415 - an extra, needed only here
        from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415
    except ImportError as error:
        raise EmbeddedKafkaError(
            f"the embedded Kafka is downloaded by the package jgo, which is not installed "
            f"({error}): `pip install everonce[embedded]`, or run Kafka with `docker compose up`, "
            "or name a running one in kafka.bootstrap_servers"
        ) from None
    context = MavenContext(
        resolver=PythonResolver(progress_callback=per_file), repo_cache=directory, local_repos=[]
    )
    # A user's own mirror (jgo's configuration file) is asked first: where there is one, it is
    # often the only one that answers, and jgo gives up at the first that does not.
    context.remote_repos = GlobalSettings.load().repositories | context.remote_repos
    group, artifact, version = jar.coordinate.split(":")
    component = context.project(group, artifact).at_version(version)
    return Path(component.artifact(packaging="jar").resolve())
