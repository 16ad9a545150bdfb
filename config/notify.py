"""Of what are people told without asking, where, and how often at the most?"""

from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt, SecretStr

from config.durations import PositiveDuration
from config.policies import Frozen
from config.values import OptionalCount, OptionalSecret, split

NoticeKind = Literal[
    "group_appeared",
    "letters_exceeded",
    "breaker_opened",
    "breaker_closed",
    "guard_paused",
    "guard_resumed",
    "partition_refused",
]

SHORTEST_SECRET = 16
"""Characters; a shorter one could be found by trying."""


def _webhook(url: SecretStr) -> SecretStr:
    """Return *url* when something can be sent there; no message shows it, it may hold a token."""
    parts = urlsplit(url.get_secret_value())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("is no address of a webhook: write https://host/path")
    return url


def _long_enough(secret: SecretStr | None) -> SecretStr | None:
    if secret is not None and len(secret.get_secret_value()) < SHORTEST_SECRET:
        raise ValueError(
            f"has fewer than {SHORTEST_SECRET} characters: take a random one, as from "
            "`openssl rand -hex 32`",
        )
    return secret


Urls = Annotated[
    tuple[Annotated[SecretStr, AfterValidator(_webhook)], ...],
    BeforeValidator(split),
]
Kinds = Annotated[tuple[NoticeKind, ...], BeforeValidator(split)]


class NotifySettings(Frozen):
    """What people are told of by themselves, in the log and by webhooks."""

    urls: Urls = ()
    """Webhooks that each notice is posted to; secret, because an address may hold a token."""

    secret: Annotated[OptionalSecret, AfterValidator(_long_enough)] = None
    """What notices are signed with, known to the receivers too; needed where there are urls."""

    events: Kinds = get_args(NoticeKind)
    """What is told of; an empty list: nothing."""

    letters: OptionalCount = 100
    """Dead letters of this process within letters_window that are told of.  None: any number is
    quietly taken."""

    letters_window: PositiveDuration = 300.0
    """Stretch of time in which they are counted."""

    group_window: PositiveDuration = 86400.0
    """A group of dead letters is new again when it had none for so long."""

    dedup_window: PositiveDuration = 600.0
    """How long nothing is told twice of the same subject; how it stands then is told at the end,
    if that is another state than was told last."""

    max_per_minute: PositiveInt = 20
    """Notices within any minute; what is more waits, and is told as it stands then."""

    timeout: PositiveDuration = 5.0
    """Time one delivery to a webhook may take."""

    max_attempts: int = Field(default=5, ge=1, le=10)
    """Deliveries of one notice to one webhook in all, the first one included; the waits between
    them grow from 1 s to 30 s."""
