"""How is the table of error codes shown to people?

The text of ``docs/error-codes.md``, generated: change ``consumer.core.error_codes`` instead.
"""

from consumer.core.error_codes import ERROR_CODES, BackoffClass, ErrorCode
from consumer.core.retry import BACKOFF_SECONDS

_INTRODUCTION = """\
# Error codes

Generated from `consumer/core/error_codes.py` by `python -m consumer.commands.docs`; do not edit.

Every failed attempt, every error result and every dead letter carries one of these codes, or one
that a processor raised itself (`PermanentError("…", code="CARD_DECLINED")`). The class is what a
failure with that code is unless whoever raised it, or a rule in the settings, says otherwise.
The back-off is used by policies with `by_code: true`; all others wait as `base_delay`,
`max_delay` and `multiplier` say.

To *redrive* a letter is to send its event again. Until there is a command for it, publish the
letter's `original`, mended where it has to be, to the input topic: under the same key and, where it
had one, the same `event_id`. Everonce knows that the letter is open and runs the event
(`dedup.on_resend`); completed, it resolves the letter; failed again, the new letter names the old
one.
"""


def error_codes_markdown() -> str:
    """Return the page: a table to look codes up in, then what to do about each."""
    rows = ERROR_CODES.values()
    table = [
        "| code | class | back-off | meaning |",
        "| --- | --- | --- | --- |",
        *(
            f"| [`{row.code}`](#{row.code.lower()}) | {row.failure_class} "
            f"| {_backoff(row.backoff)} | {row.meaning} |"
            for row in rows
        ),
    ]
    return "\n".join([_INTRODUCTION, *table, "", "## What to do", "", *map(_section, rows)])


def _backoff(backoff: BackoffClass) -> str:
    if backoff not in BACKOFF_SECONDS:
        return backoff
    low, high = BACKOFF_SECONDS[backoff]
    return f"{backoff} ({low:g}-{high:g} s)"


def _section(row: ErrorCode) -> str:
    actions = "\n".join(f"- {action}" for action in row.actions)
    return f"### {row.code}\n\n{row.meaning}\n\n{actions}\n"
