"""What does the person on call type, from the first look to the last open letter?

By commands alone, as docs/operations.md tells it: groups, show, mend the code or the data, dry run,
canary, ramp.  What was typed that acts is remembered, so that it can be typed again.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson

from consumer.commands.exits import ExitCode
from tests.desk.commands import CommandFailedError, Said
from tests.desk.events import Mix
from tests.desk.stage import Stage

CANARY = 3
_SIDE_BY_SIDE = 3
_WHO = ("--operator", "ada", "--reason", "issue 4711")
MENDED_AMOUNT = 12.5


class Operator:
    """One person, at one stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._desk = stage.desk
        self.acted: list[tuple[str, ...]] = []
        """Commands that asked for something, as they were typed."""
        self.canaries = 0
        """Redrives that began with a canary."""
        self.kills = 0
        """Commands that were killed."""

    async def say(self, *words: str) -> Said:
        """Type a command that only looks."""
        return await asyncio.to_thread(self._desk.run, *words)

    async def act(self, *words: str) -> Said:
        """Type a command that asks for something."""
        typed = (*words, *_WHO)
        self.acted.append(typed)
        return await self.say(*typed)

    async def groups(self, *words: str) -> list[dict[str, Any]]:
        """Return the groups of letters, open ones unless *words* say otherwise."""
        return (await self.say("dlq", "groups", "--json", *words)).must(0).lines()

    async def letters(self, *words: str) -> list[dict[str, Any]]:
        """Return letters, open ones unless *words* say otherwise."""
        return (await self.say("dlq", "list", "--json", *words)).must(0).lines()

    async def states(self) -> dict[str, int]:
        """Return how many letters there are by state."""
        counts: dict[str, int] = (
            (await self.say("dlq", "stats", "--json")).must(0).json()["by"]["state"]
        )
        return counts

    async def look(self, shown: int) -> int:
        """Look at the groups, and at a letter of so many; return how many letters there are."""
        (await self.say("dlq", "groups")).must(0)
        groups = await self.groups()
        for group in groups[:shown]:
            (await self.say("dlq", "show", group["example"])).must(0)
        return sum(group["count"] for group in groups)

    async def count(self) -> int:
        """Return how many letters are open."""
        return sum(group["count"] for group in await self.groups())

    async def mend_poison(self, *, kill_first: bool = False) -> None:
        """Give each record that is no event the brace that it lacks.

        With *kill_first* each command is killed at some moment, and typed again.
        """
        exported = await self.say("dlq", "export", "-", "--disposition", "poison", "--reveal")
        edits = []
        for line in exported.must(0).lines():
            letter = line.get("letter", line)
            mended = self._stage.log(f"mended-{letter['dlq_id']}.json")
            mended.write_text(letter["original"]["value"]["data"] + "}")
            edits.append(("dlq", "edit", letter["dlq_id"], "--value", str(mended), "--yes"))
        if kill_first:
            await self._killed_and_typed_again(edits)
        else:
            await self._side_by_side(edits)

    async def mend_data(self) -> None:
        """Give each amount that is below 0 another."""
        patch = self._stage.log("patch.json")
        change = {"op": "replace", "path": "/payload/amount", "value": MENDED_AMOUNT}
        patch.write_bytes(orjson.dumps([change]))
        await self._patch("INVALID_INPUT", patch)

    async def mend_conflicts(self, most: int) -> None:
        """Give so many of the events whose id was taken the content of the first of that id."""
        patch = self._stage.log("same.json")
        patch.write_bytes(orjson.dumps([{"op": "remove", "path": "/payload/note"}]))
        await self._patch("IDEMPOTENCY_CONFLICT", patch, "--limit", str(most))

    async def discard_conflicts(self) -> Said:
        """Close the letters of the others."""
        conflicts = ("--code", "IDEMPOTENCY_CONFLICT")
        return (await self.act("dlq", "discard", *conflicts, "--yes")).must(0)

    async def cancel(self, event_ids: Iterable[str]) -> None:
        """Give parked events up."""
        await self._side_by_side(("retries", "cancel", each, "--yes") for each in event_ids)

    async def start_now(self, event_ids: Iterable[str]) -> None:
        """Start parked events now."""
        await self._side_by_side(("retries", "now", each) for each in event_ids)

    async def race(self) -> tuple[int, int]:
        """Let two people redrive the largest group at once; return what ran, and was refused."""
        largest = max(await self.groups(), key=lambda group: int(group["count"]))
        words = ("dlq", "redrive", "--group", largest["group"], "--canary", "0", "--yes", "--json")
        both = await asyncio.gather(self.act(*words), self.act(*words))
        ends = (ExitCode.OK, ExitCode.STOPPED, ExitCode.REFUSED)
        # One that came too late has found nothing to do.
        runs = [run for said in both if (run := said.must(*ends).json()["run"]) is not None]
        ran, refused = (sum(run[each] for run in runs) for each in ("succeeded", "refused"))
        self._stage.tell(f"two at once: {ran} of {largest['count']} ran, {refused} were refused")
        return ran, refused

    async def redrive_groups(self) -> None:
        """Redrive what is open, group by group: dry run, canary, ramp."""
        for group in await self.groups():
            chosen = ("--group", group["group"])
            dry = (await self.say("dlq", "redrive", *chosen, "--dry-run", "--json")).must(0)
            self._stage.tell(f"{group['count']} letters: {group['shape']}")
            _expect(dry.json()["dry_run"]["chosen"], group["count"], "letters in the dry run")
            canary = ("--canary", str(min(CANARY, group["count"])), "--rate", "200")
            said = await self.act("dlq", "redrive", *chosen, *canary, "--yes", "--json")
            run = said.must(0).json()["run"]
            _expect(run["succeeded"], group["count"], "redriven events that completed")
            self.canaries += 1

    async def again(self) -> list[Said]:
        """Type every command that asked for something once more; return what they said."""
        typed, self.acted = self.acted, []
        return await self._together(typed, self.act_as_typed)

    async def act_as_typed(self, *words: str) -> Said:
        """Type a command that asks for something, word by word as it was typed before."""
        self.acted.append(words)
        return await self.say(*words)

    async def _patch(self, code: str, patch: Path, *words: str) -> None:
        letters = await self.letters("--code", code, *words)
        names = [letter["dlq_id"] for letter in letters]
        await self._side_by_side(
            ("dlq", "edit", name, "--patch", str(patch), "--yes") for name in names
        )

    async def _side_by_side(self, typed: Iterable[Sequence[str]]) -> None:
        for said in await self._together(typed, self.act):
            said.must(ExitCode.OK)

    async def _killed_and_typed_again(self, typed: Iterable[Sequence[str]]) -> None:
        draw = random.Random(4)  # noqa: S311 - to be repeated, not to be secret
        for words in typed:
            running = self._desk.start(*words, *_WHO)
            await asyncio.sleep(draw.uniform(0.5, 4.0))
            self.kills += running.kill()
            await asyncio.to_thread(self._desk.finish, running)
            # Where it had been asked for before the kill, it is under way, or done.
            (await self.act(*words)).must(ExitCode.OK, ExitCode.REFUSED)

    async def _together(
        self,
        typed: Iterable[Sequence[str]],
        type_: Callable[..., Coroutine[Any, Any, Said]],
    ) -> list[Said]:
        """Type several commands, a few at a time, as several people would."""
        room = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def one(words: Sequence[str]) -> Said:
            async with room:
                return await type_(*words)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(words)) for words in typed]
        return [task.result() for task in tasks]


def parked_ids(mix: Mix) -> list[str]:
    """Return the ids of the events of *mix* that are parked."""
    last = mix.plain + mix.letters + mix.later
    return [f"later-{number:05}" for number in range(last - mix.later + 1, last + 1)]


def _expect(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise CommandFailedError(f"{found} {what}, not {wanted}")
