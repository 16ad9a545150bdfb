"""How are ``everonce retries now``, ``cancel`` and ``release`` carried out?"""

import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from consumer.commands.acting.carrying import Errand, carried_out, put_json
from consumer.commands.acting.manner import Manner, confirmed
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.letters.desk import at_desk, put
from consumer.commands.printable import printable
from consumer.desk.acts import Request
from consumer.desk.ledger_lookup import Found, look_up
from consumer.desk.letter_requests import LeaveOut
from consumer.desk.parked_acts import NotPossibleError, ParkedKind, parked_request, standing
from consumer.kafka.tap import Tap

_QUESTIONS: dict[ParkedKind, str] = {
    "now": "Start it?",
    "cancel": "Give it up?",
    "release": "Let the key go on, and leave the letter open?",
}
_WORDS: dict[ParkedKind, str] = {
    "now": "to be due now",
    "cancel": "to be given up, as a dead letter",
    "release": "to let go of the key that its letter holds",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedAct:
    """What was asked of ``everonce retries``."""

    kind: ParkedKind
    name: str
    """Event id or ledger key; of release also the dlq_id of the letter."""
    partition: int | None
    """The only one that is meant."""
    config: Path | None
    manner: Manner


def act_on_parked(request: ParkedAct) -> int:
    """Do what was asked for; return the exit code.

    Raises:
        CommandError: It is not possible, or there is no such entry, or several.
    """
    settings = chosen_settings(request.config)
    manner, asker = request.manner, request.manner.asker()

    async def look(tap: Tap, _progress: object) -> Sequence[Found]:
        return await look_up(tap, settings.topics, request.name)

    found = _one(request, at_desk(settings, look, "reading the ledger"))
    try:
        asked = parked_request(request.kind, found, asker, at=time.time())
    except NotPossibleError as error:
        raise CommandError(printable(str(error), most=900), ExitCode.REFUSED) from error
    document = {
        "act": request.kind,
        "ledger_key": found.ledger_key,
        "partition": found.partition,
        "dlq_id": asked.act.dlq_id,
    }
    if not manner.as_json and found.entry is not None:
        name, state = printable(found.ledger_key, most=600), printable(standing(found.entry))
        put(Text(f"{name}, partition {found.partition}, {state}: {_WORDS[request.kind]}"))
    if manner.dry_run:
        if manner.as_json:
            put_json(document, None)
        return ExitCode.OK
    if request.kind != "now" and not confirmed(manner, _QUESTIONS[request.kind]):
        raise CommandError("nothing was asked for")

    async def requests(
        _taps: tuple[Tap, Tap], _leave_out: LeaveOut
    ) -> AsyncGenerator[Request, None]:
        yield asked

    errand = Errand(requests=requests, count=1, document=document, is_resumable=False)
    return carried_out(settings, errand, asker, manner)


def _one(request: ParkedAct, found: Sequence[Found]) -> Found:
    """Return the one entry that is meant.

    Raises:
        CommandError: There is none, or there are several.
    """
    meant = [each for each in found if request.partition in (None, each.partition)]
    # What has settled is in nobody's way where something else of that name waits.
    waiting = [each for each in meant if _waits(request.kind, each)]
    name = printable(request.name, most=600)
    if not meant:
        raise CommandError(
            f"the ledger knows nothing of '{name}': `everonce retries list` shows what is parked"
        )
    candidates = waiting or meant
    if len(candidates) > 1:
        which = ", ".join(
            f"{printable(each.ledger_key, most=200)} on partition {each.partition}"
            for each in candidates[:5]
        )
        raise CommandError(
            f"'{name}' names {len(candidates)} entries ({which}): give the ledger key, and "
            "--partition",
            ExitCode.USAGE,
        )
    return candidates[0]


def _waits(kind: ParkedKind, found: Found) -> bool:
    if found.entry is None:
        return False
    return found.entry.holds is not None if kind == "release" else found.entry.parked is not None
