"""How is a letter's value mended, checked, and sent in place of its own?"""

import sys
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path

from rich.text import Text

from consumer.commands.acting.carrying import Document, Errand, carried_out, put_json
from consumer.commands.acting.editor import Draft
from consumer.commands.acting.manner import Manner, confirmed
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.letters.desk import at_desk, put
from consumer.commands.printable import printable
from consumer.commands.running import loaded
from consumer.core.record import LogRecord
from consumer.desk.acts import Request
from consumer.desk.errors import SourceMissingError
from consumer.desk.exact_json import NotJsonError, PatchError
from consumer.desk.letter_record import whole_record
from consumer.desk.letter_requests import Asker, LeaveOut, letter_act
from consumer.desk.mending import (
    Verdict,
    as_sent,
    checked,
    difference,
    editable,
    is_same,
    patched_value,
)
from consumer.desk.redaction import Redaction
from consumer.desk.whole import Whole, read_whole
from consumer.kafka.tap import Tap
from processors.registry import Registry

_STDIN = Path("-")
_MOST_LINES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRequest:
    """What was asked of ``everonce dlq edit``."""

    name: str
    patch: Path | None
    """JSON Patch or JSON Merge Patch; - is standard input."""
    value: Path | None
    """What is sent in place of the letter's value; - is standard input."""
    config: Path | None
    manner: Manner


def edit_letter(request: EditRequest) -> int:
    """Mend a letter and redrive it; return the exit code.

    Raises:
        CommandError: It is not open, its record is gone, or what was written may not be sent.
    """
    if request.patch is not None and request.value is not None:
        raise CommandError("give --patch or --value, not both", ExitCode.USAGE)
    settings = chosen_settings(request.config)
    # Before anybody has written anything: what is wrong with them is known at once.
    registry = loaded(settings)
    manner, asker = request.manner, request.manner.asker()

    async def look(tap: Tap, _progress: object) -> tuple[Whole, LogRecord]:
        whole = await read_whole(tap, settings.topics, request.name)
        try:
            return whole, await whole_record(tap, whole.envelope)
        except SourceMissingError as error:
            raise CommandError(
                f"letter {whole.letter.dlq_id} cannot be mended: {error}", ExitCode.REFUSED
            ) from error

    whole, record = at_desk(settings, look, "reading the letter")
    _must_be_open(whole)
    original = record.value or b""
    mended, verdict = _mended(request, original, registry)
    hide = Redaction(settings.desk.redact)
    lines = difference(hide.value(original), hide.value(mended)) or [_HIDDEN]
    document = _document(whole, verdict, lines)
    if not manner.as_json:
        _show(whole, document)
    if manner.dry_run:
        if manner.as_json:
            put_json(document, None)
        return ExitCode.OK
    if not confirmed(manner, "Run its event again as it is now?"):
        raise CommandError("nothing was asked for")
    asked = _request(whole, replace(record, value=mended), asker)

    async def requests(
        _taps: tuple[Tap, Tap], _leave_out: LeaveOut
    ) -> AsyncGenerator[Request, None]:
        yield asked

    errand = Errand(requests=requests, count=1, document=document, is_resumable=False)
    return carried_out(settings, errand, asker, manner)


def _must_be_open(whole: Whole) -> None:
    letter = whole.letter
    if letter.state != "open":
        raise CommandError(
            f"letter {printable(letter.dlq_id, most=100)} is {letter.state.replace('_', ' ')}, and "
            "only open letters can be mended: `everonce dlq show` tells what has become of it",
            ExitCode.REFUSED,
        )


def _request(whole: Whole, record: LogRecord, asker: Asker) -> Request:
    act = letter_act(
        "redrive",
        whole.envelope,
        asker,
        at=time.time(),
        record=record,
        has_entry=whole.letter.ledger_key is not None,
        edited=True,
    )
    return Request(act, whole.letter.partition)


def _mended(request: EditRequest, original: bytes, registry: Registry) -> tuple[bytes, Verdict]:
    """Return what is to be sent, checked.

    Raises:
        CommandError: It may not be sent, or is what it was.
    """
    if request.patch is not None:
        mended = _patched(original, _content(request.patch))
    elif request.value is not None:
        mended = as_sent(_content(request.value))
    else:
        return _written(original, registry)
    verdict = checked(original, mended, registry)
    if verdict.problems:
        raise CommandError(_problems(verdict), ExitCode.USAGE)
    if is_same(original, mended):
        raise CommandError(_UNCHANGED, ExitCode.USAGE)
    return mended, verdict


def _written(original: bytes, registry: Registry) -> tuple[bytes, Verdict]:
    """Return what a person has written, and goes on writing until it may be sent."""
    text = editable(original)
    if text is None:
        raise CommandError(
            "the letter's value is no text, so no editor is opened: give a new one by --value",
            ExitCode.USAGE,
        )
    with Draft(text) as draft:
        while True:
            written = draft.edited()
            if written == text:
                raise CommandError(_UNCHANGED, ExitCode.USAGE)
            mended = as_sent(written)
            verdict = checked(original, mended, registry)
            if not verdict.problems:
                if is_same(original, mended):
                    raise CommandError(_UNCHANGED, ExitCode.USAGE)
                return mended, verdict
            if not _again(verdict):
                raise CommandError(
                    f"{_problems(verdict)}\n  what was written is kept in {draft.keep()}",
                    ExitCode.USAGE,
                )


_HIDDEN = "what was changed is hidden by desk.redact"
_UNCHANGED = (
    "nothing was changed, and nothing was asked for: as it is `everonce dlq redrive` sends it"
)


def _again(verdict: Verdict) -> bool:
    if not sys.stdin.isatty():
        return False
    sys.stderr.write(f"{_problems(verdict)}\nGo on writing? [Y/n] ")
    sys.stderr.flush()
    try:
        return input().strip().lower() not in {"n", "no"}
    except EOFError:
        return False


def _problems(verdict: Verdict) -> str:
    lines = [f"  {printable(each, most=600)}" for each in verdict.problems]
    return "\n".join(["it cannot be sent as it is:", *lines])


def _content(path: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == _STDIN else path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}", ExitCode.USAGE) from error


def _patched(original: bytes, patch: bytes) -> bytes:
    try:
        return patched_value(original, patch)
    except (NotJsonError, PatchError) as error:
        raise CommandError(
            f"the patch: {printable(str(error), most=600)}", ExitCode.USAGE
        ) from error


def _document(whole: Whole, verdict: Verdict, lines: list[str]) -> Document:
    return {
        "dlq_id": whole.letter.dlq_id,
        "ledger_key": whole.letter.ledger_key,
        "event_id": verdict.event.event_id if verdict.event is not None else None,
        "difference": lines,
        "warnings": list(verdict.warnings),
    }


def _show(whole: Whole, document: Document) -> None:
    put(Text(f"Letter {printable(whole.letter.dlq_id)}, partition {whole.letter.partition}"))
    lines = document["difference"]
    for line in lines[:_MOST_LINES]:
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
        put(Text(f"  {printable(line)}", style=style))
    if (more := len(lines) - _MOST_LINES) > 0:
        put(Text(f"  … {more:,} lines more", style="dim"))
    for warning in document["warnings"]:
        put(Text(printable(warning, most=400), style="yellow"))
