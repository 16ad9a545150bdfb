"""How does the receiver of a notice know that it is ours, and of now?

The header names the time and an HMAC-SHA256 over time and body, so neither can be changed and an
old delivery cannot be sent again later: receivers refuse what is older than a few minutes.
"""

import hmac

SIGNATURE_HEADER = "Everonce-Signature"
NOTICE_HEADER = "Everonce-Notice"
"""The notice's id: the same in each delivery of it."""


def signature(secret: bytes, body: bytes, timestamp: int) -> str:
    """Return the value of SIGNATURE_HEADER for a delivery of *body*.

    Args:
        secret: Known to the receiver too.
        body: As it is sent.
        timestamp: Of the delivery, seconds since the epoch.
    """
    signed = b"%d.%b" % (timestamp, body)
    return f"t={timestamp},v1={hmac.new(secret, signed, 'sha256').hexdigest()}"
