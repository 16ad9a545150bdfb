"""Which errors have a remedy that can be told?

Settings, addresses, topics, Java, ports and files that are not as they must be: each becomes a
``CommandError``.  Anything else is a fault of ours and keeps its traceback.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from config.settings import KafkaSettings
from consumer.commands.exits import CommandError, ExitCode
from consumer.embedded.errors import EmbeddedKafkaError
from consumer.kafka.errors import described
from consumer.kafka.publish import PublishError
from consumer.kafka.tap import KAFKA_ERRORS, TapError, TopicMissingError
from consumer.ports import SessionLostError


@contextmanager
def foreseen(kafka: KafkaSettings | None = None) -> Iterator[None]:
    """Turn what can be foreseen into a CommandError.

    Args:
        kafka: Whom the body talks to, for the message when nobody answers.
    """
    try:
        yield
    except EmbeddedKafkaError as error:
        raise CommandError(str(error)) from error
    except TopicMissingError as error:
        raise CommandError(missing_topic(str(error.args[0]))) from error
    except SessionLostError as error:
        raise CommandError(f"{error}; nothing or all of it was done: try again") from error
    except (PublishError, TapError) as error:
        raise CommandError(f"{error}; look at the broker's log, then try again") from error
    except ConnectionError as error:
        if kafka is None:
            raise
        raise CommandError(unreachable(kafka, str(error)), ExitCode.UNREACHABLE) from error
    except KAFKA_ERRORS as error:
        raise CommandError(f"Kafka refused: {described(error)}") from error
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise CommandError(
            f"the port for metrics and health is taken ({error}): end what holds it, or set "
            "EVERONCE_HTTP__PORT to another, 0 for any free one"
        ) from error


def unreachable(kafka: KafkaSettings, why: str) -> str:
    """Say that no broker answered, and what to do."""
    named = "" if kafka.bootstrap_servers in why else f"Kafka at {kafka.bootstrap_servers}: "
    return (
        f"{named}{why}\n"
        "  EVERONCE_KAFKA__BOOTSTRAP_SERVERS says where Kafka is; `everonce kafka start` starts "
        "one of our own"
    )


def missing_topic(topic: str) -> str:
    """Say that a topic is not there, and what to do."""
    return (
        f"there is no topic {topic!r}: create what is missing with `everonce topics create`, "
        "or name another by EVERONCE_TOPICS__INPUT and its neighbours"
    )
