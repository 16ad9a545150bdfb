"""When do two events with one id say the same?

A fingerprint is ``tag:digest``.  The tag names the algorithm and what it covers; fingerprints of
different tags cannot be told apart and count as equal.  Covered are event type, workflow, run,
the payload (canonical JSON: keys sorted) and the headers that settings name; not covered is
``occurred_at``, which a producer that publishes twice may well set anew.
"""

from collections.abc import Callable, Iterable
from typing import Any

from orjson import OPT_SORT_KEYS, JSONEncodeError, dumps
from xxhash import xxh3_64_hexdigest as digest

from config.settings import DedupSettings
from consumer.core.record import Record
from processors.contract import WorkflowEvent

Fingerprint = Callable[[WorkflowEvent[Any], Record], str]
ALGORITHM = "x1"


class TooDeepError(ValueError):
    """The payload is nested deeper than JSON can be written here (about 250 levels)."""


def fingerprint_for(settings: DedupSettings) -> Fingerprint:
    """Return the function that fingerprints events as *settings* ask."""
    headers = tuple(sorted(set(settings.fingerprint_headers)))
    with_payload = settings.fingerprint_payload
    tag = _tag(with_payload=with_payload, headers=headers)

    def fingerprint(event: WorkflowEvent[Any], record: Record) -> str:
        covered = [event.event_type, event.workflow_id, event.workflow_run_id]
        if with_payload:
            covered.append(event.payload)
        if headers:
            covered.append(_covered_headers(record, headers))
        try:
            # By position: a keyword costs as much as the digest.
            return tag + digest(dumps(covered, None, OPT_SORT_KEYS))
        except JSONEncodeError as error:
            raise TooDeepError(
                f"the payload cannot be written as canonical JSON: {error}"
            ) from error

    return fingerprint


def same_content(fingerprint: str, accepted: Iterable[str]) -> bool:
    """Whether *fingerprint* is among the *accepted* ones, or cannot be compared with one."""
    tag = fingerprint.partition(":")[0] + ":"
    return any(known == fingerprint or not known.startswith(tag) for known in accepted)


def _tag(*, with_payload: bool, headers: tuple[str, ...]) -> str:
    if with_payload and not headers:
        return f"{ALGORITHM}:"
    coverage = dumps([with_payload, headers])
    return f"{ALGORITHM}-{digest(coverage)[:4]}:"


def _covered_headers(record: Record, names: tuple[str, ...]) -> Any:
    return [
        [name, (value or b"").hex()]
        for name, value in sorted(record.headers, key=_by_name)
        if name in names
    ]


def _by_name(header: tuple[str, bytes | None]) -> str:
    return header[0]
