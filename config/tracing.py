"""Are attempts traced, and where do their spans go?"""

from typing import Annotated

from pydantic import AfterValidator, Field, PositiveInt, SecretStr

from config.durations import PositiveDuration
from config.policies import Frozen


def _an_address(endpoint: str) -> str:
    if not endpoint.startswith(("http://", "https://")):
        raise ValueError(
            f"{endpoint!r} is no address of a collector: write http://host:4318/v1/traces",
        )
    return endpoint


class TracingSettings(Frozen):
    """OpenTelemetry traces; needs the extra everonce[otel]."""

    enabled: bool = False
    """Whether attempts are traced."""

    endpoint: Annotated[str, AfterValidator(_an_address)] = "http://localhost:4318/v1/traces"
    """Where spans are sent, as OTLP over HTTP."""

    headers: dict[str, SecretStr] = Field(default_factory=dict)
    """Headers of what is sent there, such as a key."""

    service_name: str = Field(default="everonce", min_length=1)
    """Name of the service that the spans are of."""

    sample_ratio: float = Field(default=1.0, ge=0, le=1, allow_inf_nan=False)
    """Share of traces that is sampled where the record brings no decision of its producer."""

    max_spans: PositiveInt = 2048
    """Spans that wait to be sent; more are dropped (OpenTelemetry's default)."""

    timeout: PositiveDuration = 5.0
    """Time one sending may take."""
