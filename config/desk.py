"""How careful is the desk with what letters hold?"""

from config.policies import Frozen
from config.values import Names


class DeskSettings(Frozen):
    """What the commands for dead letters show."""

    redact: Names = (
        "*password*",
        "*passwd*",
        "*secret*",
        "*token*",
        "*credential*",
        "*api?key*",
        "*apikey*",
        "*private?key*",
        "*card?number*",
        "*cvv*",
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
    )
    """Names, as in a shell and whatever their case, of members and headers whose value
    `everonce dlq` hides without `--reveal`; empty hides nothing."""
