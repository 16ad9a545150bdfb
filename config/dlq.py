"""What do letters carry beside their envelope?"""

from typing import Literal

from config.policies import Frozen

LetterDialect = Literal["none", "spring", "connect"]


class DlqSettings(Frozen):
    """Dead letters, for who reads them beside Everonce."""

    headers: LetterDialect = "none"
    """Headers that letters carry beside ours, for tools made for others' dead letters: spring
    (kafka_dlt-*, as Spring Kafka writes them) or connect (__connect.errors.*, Kafka Connect)."""
