"""What does each error code mean, is it worth another attempt, and what can an operator do?

One table; ``docs/error-codes.md`` is generated from it.  The class given here is what a failure
with that code is unless whoever raised it, or a rule, says otherwise.
"""

from dataclasses import dataclass
from typing import Literal

BackoffClass = Literal["immediate", "short", "long", "none"]


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One row of the table."""

    code: str
    failure_class: Literal["transient", "permanent"]
    backoff: BackoffClass
    """How long to wait where the policy says ``by_code``."""
    meaning: str
    actions: tuple[str, ...]
    """What an operator can do, one sentence each, the most likely one first."""


_TABLE = (
    ErrorCode(
        "INVALID_CREDENTIALS",
        "permanent",
        "none",
        "The other side does not know the user name, key or token that was presented.",
        (
            "Check the credentials that the processor is given, and where they are read from.",
            "Put valid ones in place, restart the workers, and redrive the letters of this code.",
        ),
    ),
    ErrorCode(
        "TOKEN_EXPIRED",
        "transient",
        "immediate",
        "A token that was valid has run out; a fresh one is fetched for the next attempt.",
        (
            "If it recurs, check that the processor renews its token and that clocks agree.",
            "Redrive the letters once a fresh token is accepted.",
        ),
    ),
    ErrorCode(
        "UNAUTHORIZED",
        "permanent",
        "none",
        "The other side knows who asks and does not allow it (HTTP 401, 403).",
        (
            "Check the rights of the account that the processor uses on the resource it names.",
            "Grant the right, or correct the event, and redrive.",
        ),
    ),
    ErrorCode(
        "RATE_LIMITED",
        "transient",
        "long",
        "The other side takes no more calls for now (HTTP 429).",
        (
            "Lower processing.concurrency, or ask the other side for a higher limit.",
            "Redrive the letters slowly once calls are accepted again.",
        ),
    ),
    ErrorCode(
        "QUOTA_EXCEEDED",
        "permanent",
        "none",
        "An allowance is used up, and waiting some minutes does not renew it (HTTP 402).",
        (
            "Raise the allowance, or wait for the day it is renewed.",
            "Redrive the letters of this code afterwards.",
        ),
    ),
    ErrorCode(
        "INVALID_INPUT",
        "permanent",
        "none",
        "The event, or what was made of it, is not what its reader accepts (HTTP 400, 413, 422).",
        (
            "Read the message: it names the member and what is wrong with it.",
            "Have the producer corrected; edit the letter and redrive it if the event is needed.",
        ),
    ),
    ErrorCode(
        "INVALID_CONFIG",
        "permanent",
        "none",
        "A setting of the processor or of its target is wrong.",
        (
            "Correct the setting that the message names and restart the workers.",
            "Redrive the letters of this code.",
        ),
    ),
    ErrorCode(
        "SERVICE_UNAVAILABLE",
        "transient",
        "short",
        "A service that the processor needs answers, but not with what was asked (HTTP 5xx).",
        (
            "Look at the health of the service that the message or the traceback names.",
            "Redrive the letters once it is well.",
        ),
    ),
    ErrorCode(
        "NETWORK_ERROR",
        "transient",
        "immediate",
        "No connection: refused, reset, unreachable, name not found, or no secure channel.",
        (
            "Check that the workers can reach the address: DNS, routes, firewalls, certificates.",
            "Redrive the letters once it is reachable.",
        ),
    ),
    ErrorCode(
        "TIMEOUT",
        "transient",
        "short",
        "An attempt, or a call it made, took longer than it may (HTTP 408, 504).",
        (
            "Find what is slow: attempts of this processor, or the service it waits for.",
            "Raise the timeout of the processor or policy if the work really takes that long.",
        ),
    ),
    ErrorCode(
        "EXECUTION_FAILED",
        "permanent",
        "none",
        "The processor failed in a way that another attempt would repeat.",
        (
            "Read the traceback: it ends where the processor failed.",
            "Correct the processor, or edit the event, and redrive.",
        ),
    ),
    ErrorCode(
        "MAX_RETRIES_EXCEEDED",
        "permanent",
        "none",
        "Every attempt that the policy allows has failed; error.cause is the last one's code.",
        (
            "Remove the cause first: another redrive starts all attempts anew.",
            "Raise max_attempts or max_delay of the policy if outages last longer than it waits.",
        ),
    ),
    ErrorCode(
        "DEADLINE_EXCEEDED",
        "permanent",
        "none",
        "The event grew older than the deadline of its policy before an attempt succeeded.",
        (
            "Decide whether the event is still of use; discard it if not.",
            "Redrive it otherwise: its age is counted anew.",
        ),
    ),
    ErrorCode(
        "CIRCUIT_BREAKER_OPEN",
        "transient",
        "short",
        "A dependency failed so often that calls to it are held back for a while.",
        (
            "Look at the health of the dependency that the message names.",
            "Redrive the letters once its breaker is closed again.",
        ),
    ),
    ErrorCode(
        "DEPENDENCY_MISSING",
        "permanent",
        "none",
        "Something the processor needs is not installed or not configured in this deployment.",
        ("Install what the message names in the image of the workers, deploy it, and redrive.",),
    ),
    ErrorCode(
        "PROCESSOR_MISSING",
        "permanent",
        "none",
        "No processor is registered for the type of the event.",
        (
            "Deploy a processor for this event type, or add its module to processors.modules.",
            "Set processing.unmatched to ignore if events of this type are not ours to process.",
        ),
    ),
    ErrorCode(
        "IDEMPOTENCY_CONFLICT",
        "permanent",
        "none",
        "An event with this id, but another content, was accepted before.",
        (
            "Compare the two events: the producer reused an id, or changed an event it re-sent.",
            "Publish the event under an id of its own if both are meant; discard it if not.",
        ),
    ),
    ErrorCode(
        "OUTPUT_REFUSED",
        "permanent",
        "none",
        "The result cannot be written as JSON, or the broker refused it (too large, say).",
        (
            "Return JSON values, a pydantic model or a dataclass, and store large data elsewhere.",
            "Raise max.message.bytes of the results topic if results really are that large.",
        ),
    ),
    ErrorCode(
        "STEP_TOO_LARGE",
        "permanent",
        "none",
        "The result of a durable step does not fit the ledger.",
        (
            "Let the step return a reference to its data, and not the data.",
            "Correct the processor and redrive.",
        ),
    ),
    ErrorCode(
        "PROCESS_CRASHED",
        "permanent",
        "none",
        "The process died while it ran this event alone: the event is taken to be the reason.",
        (
            "Look for the end of the process: out of memory, a native library, a signal.",
            "Redrive it only after that is corrected, or with more memory.",
        ),
    ),
    ErrorCode(
        "CANCELLED",
        "permanent",
        "none",
        "An operator cancelled the event while it waited for its next attempt.",
        ("Redrive it if it is wanted after all, or discard it.",),
    ),
    ErrorCode(
        "UNEXPECTED_ERROR",
        "transient",
        "short",
        "Nothing is known of this error; classification.default decided what it is.",
        (
            "Read the traceback; raise TransientError or PermanentError there, with a code.",
            "Or add a rule to classification.rules that names the exception.",
        ),
    ),
)

ERROR_CODES: dict[str, ErrorCode] = {row.code: row for row in _TABLE}
"""Every code of Everonce; a processor may raise codes of its own beside them."""


def suggested_actions(*codes: str | None) -> list[str]:
    """Return what an operator can do about *codes*, the first code's actions first."""
    rows = [ERROR_CODES[code] for code in codes if code in ERROR_CODES]
    return list(dict.fromkeys(action for row in rows for action in row.actions))
