"""What is the whole of a deployment's settings?

Plain values with defaults: ``config.loading`` is what reads the environment and the file.  Every
key is described in ``docs/configuration.md``, which is generated from these models.
"""

from typing import Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.breakers import BreakerSettings
from config.connection import KafkaSettings
from config.dedup import DedupSettings, OnConflict, OnDuplicate
from config.desk import DeskSettings
from config.dlq import DlqSettings
from config.failures import ClassificationRule, ClassificationSettings
from config.guard import GuardSettings
from config.notify import NotifySettings
from config.policies import Frozen
from config.processing import CommitSettings, ProcessingSettings, ProcessorSettings
from config.relations import disagreements
from config.retries import RetrySettings
from config.topics import TopicSettings
from config.tracing import TracingSettings

__all__ = [
    "BreakerSettings",
    "ClassificationRule",
    "ClassificationSettings",
    "CommitSettings",
    "DedupSettings",
    "DeskSettings",
    "DlqSettings",
    "GuardSettings",
    "HttpSettings",
    "KafkaSettings",
    "LogSettings",
    "NotifySettings",
    "OnConflict",
    "OnDuplicate",
    "ProcessingSettings",
    "ProcessorSettings",
    "RetrySettings",
    "Settings",
    "TopicSettings",
    "TracingSettings",
]


class HttpSettings(Frozen):
    """Metrics and health."""

    host: str = Field(default="127.0.0.1", min_length=1)
    """Address to listen on."""

    port: int = Field(default=9464, ge=0, le=65535)
    """Port to listen on; 0 takes a free one, which the log names."""


class LogSettings(Frozen):
    """What is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is written; debug adds one line per settled event."""

    format: Literal["json", "console"] = "json"
    """json for machines, console for people."""


class Settings(BaseSettings):
    """Every setting of a deployment."""

    model_config = SettingsConfigDict(
        env_prefix="EVERONCE_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
    )

    kafka: KafkaSettings = KafkaSettings()
    topics: TopicSettings = TopicSettings()
    processors: ProcessorSettings = ProcessorSettings()
    processing: ProcessingSettings = ProcessingSettings()
    classification: ClassificationSettings = ClassificationSettings()
    retry: RetrySettings = RetrySettings()
    breakers: BreakerSettings = BreakerSettings()
    guard: GuardSettings = GuardSettings()
    dedup: DedupSettings = DedupSettings()
    commit: CommitSettings = CommitSettings()
    desk: DeskSettings = DeskSettings()
    dlq: DlqSettings = DlqSettings()
    http: HttpSettings = HttpSettings()
    log: LogSettings = LogSettings()
    notify: NotifySettings = NotifySettings()
    tracing: TracingSettings = TracingSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values from the caller only, so that building settings reads nothing by itself."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @model_validator(mode="after")
    def _limits_agree(self) -> "Settings":
        found = disagreements(
            kafka=self.kafka,
            topics=self.topics,
            processing=self.processing,
            retry=self.retry,
            breakers=self.breakers,
            commit=self.commit,
            notify=self.notify,
        )
        if messages := [disagreement.message for disagreement in found]:
            raise ValueError("; ".join(messages))
        return self
