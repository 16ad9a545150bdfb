"""With which settings does a command run?"""

import logging
import os
from collections.abc import Mapping
from pathlib import Path

from config.loading import load_settings
from config.problems import SettingsError
from config.settings import Settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.kafka.connection import client_settings


def chosen_settings(config: Path | None, overlay: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of the environment and the file.

    Args:
        config: The YAML file; without it the one that EVERONCE_CONFIG names, if any.
        overlay: Variables that win over the environment's.

    Raises:
        CommandError: They cannot be used; it lists everything that is wrong.
    """
    quieten_client()
    try:
        settings = load_settings(config, {**os.environ, **(overlay or {})})
        # A missing password or certificate, which else only the first connection meets.
        client_settings(settings.kafka)
    except SettingsError as error:
        raise CommandError(
            f"{error}\n  docs/configuration.md says what each setting takes", ExitCode.USAGE
        ) from error
    except (ValueError, OSError) as error:
        raise CommandError(
            f"the connection to Kafka cannot be set up: {error}", ExitCode.USAGE
        ) from error
    return settings


def quieten_client() -> None:
    """Keep the Kafka client from logging: what it warns of comes back as an error's message.

    The consumer itself sets up logging once more, as log.level says.
    """
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
