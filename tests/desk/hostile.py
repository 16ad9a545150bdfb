"""Can letters that mean harm be looked at safely?

They come through a real worker, and from other systems.  Every command that shows letters is run,
into a pipe, as JSON, and on a terminal; what it wrote is searched for what a terminal would obey,
and for secrets.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from aiokafka import AIOKafkaProducer

from consumer.commands.exits import ExitCode
from consumer.embedded import EmbeddedKafka
from tests.desk.commands import Said
from tests.desk.figures import add_commands
from tests.desk.hostile_letters import (
    HostileRecord,
    foreign_letters,
    hostile_records,
    spelled,
)
from tests.desk.operator import Operator
from tests.desk.safety import controls_in, secrets_in
from tests.desk.stage import Stage
from tests.desk.terminal import shown
from tests.faults.driver import Tell
from tests.report import Report

_SIDE_BY_SIDE = 3
_EXAMPLES = 8
_WHOLE = [
    ("dlq", "list", "--state", "all"),
    ("dlq", "list", "--state", "all", "--json"),
    ("dlq", "groups", "--state", "all"),
    ("dlq", "groups", "--state", "all", "--json"),
    ("dlq", "stats"),
    ("dlq", "stats", "--json"),
    ("dlq", "export", "-", "--state", "all"),
    ("dlq", "redrive", "--dry-run"),
    ("dlq", "redrive", "--dry-run", "--json"),
    ("ledger", "show", "hostile-all"),
    ("ledger", "show", "hostile-all", "--json"),
    ("dlq", "list", "--state", "all", "--reveal"),
    ("dlq", "export", "-", "--state", "all", "--reveal"),
]
_CODES = {"diff": {ExitCode.OK, ExitCode.PROBLEM}, "edit": {ExitCode.OK, ExitCode.USAGE}}
"""How commands may end: 1, two values differ; 2, what is no event after the patch is not sent."""
_LARGEST_BYTES = 4 * 1024 * 1024


def add_hostile(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Look at all of them, and add the figures."""
    asyncio.run(_play(report, Stage("hostile", kafka, tell), is_quick=is_quick))


async def _play(report: Report, stage: Stage, *, is_quick: bool) -> None:
    records = hostile_records()
    async with stage:
        await stage.deploy(workers=1)
        await _publish(stage, stage.topics.input, records)
        await stage.caught_up()
        await _publish(stage, stage.topics.dlq, foreign_letters())
        operator = Operator(stage)
        letters = await operator.letters("--state", "all")
        count = len(records) + len(foreign_letters())
        report.prove("hostile_letters", len(letters), "letters", f"= {count}")
        names = [letter["dlq_id"] for letter in letters]
        patch = stage.log("patch.json")
        patch.write_text('{"note": "mended", "payload": {"amount": 1}}')
        typed = [*_WHOLE, *_each(names[::7] if is_quick else names, patch)]
        said = await _all(stage, typed)
        failed = [each for each in said if each.code not in _CODES.get(each.words[1], {0})]
        report.measure("hostile_commands", len(said), "commands")
        report.prove("hostile_failed", len(failed), "commands", "= 0")
        add_commands(report, failed)
        _judge(report, said)
        await _judge_terminal(report, stage, names[:1] if is_quick else names)
        await stage.retire()


def _each(names: Iterable[str], patch: Path) -> list[tuple[str, ...]]:
    return [
        words
        for name in names
        for words in (
            ("dlq", "show", name),
            ("dlq", "show", name, "--json"),
            ("dlq", "show", name, "--reveal"),
            ("dlq", "diff", name),
            ("dlq", "edit", name, "--patch", str(patch), "--dry-run"),
        )
    ]


async def _publish(stage: Stage, topic: str, records: Iterable[HostileRecord]) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=stage.bootstrap_servers, max_request_size=_LARGEST_BYTES
    ) as producer:
        for each in records:
            await producer.send_and_wait(
                topic,
                each.value,
                key=each.key,
                partition=each.partition,
                headers=list(each.headers),
            )


async def _all(stage: Stage, typed: Iterable[Sequence[str]]) -> list[Said]:
    room = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def one(words: Sequence[str]) -> Said:
        async with room:
            return await asyncio.to_thread(stage.desk.run, *words)

    return list(await asyncio.gather(*(one(words) for words in typed)))


def _judge(report: Report, said: Iterable[Said]) -> None:
    """Judge what was written into pipes."""
    controls: Counter[str] = Counter()
    secrets: Counter[str] = Counter()
    not_json = revealed = 0
    for each in said:
        command = " ".join(each.words)
        for output in (each.output.read_bytes(), each.errors.read_bytes()):
            for found in controls_in(output):
                controls[f"{command}: {found}"] += 1
            for found in secrets_in(output, spelled()):
                if "--reveal" in each.words:
                    revealed += 1
                else:
                    secrets[f"{command}: {found}"] += 1
        not_json += "--json" in each.words and each.code == 0 and not _is_json(each)
    report.prove("hostile_controls", controls.total(), "characters", "= 0")
    report.prove("hostile_secrets", secrets.total(), "places", "= 0")
    # Else there was nothing to hide.
    report.prove("hostile_revealed", revealed, "places with --reveal", "> 0")
    report.prove("hostile_not_json", not_json, "outputs", "= 0")
    for sentence in itertools.chain(list(controls)[:_EXAMPLES], list(secrets)[:_EXAMPLES]):
        report.note(sentence)


def _is_json(said: Said) -> bool:
    try:
        return bool(said.lines())
    except ValueError:
        return False


async def _judge_terminal(report: Report, stage: Stage, names: Sequence[str]) -> None:
    """Judge what is written on a terminal, where there are colours."""
    typed = [words for words in _WHOLE if not {"--json", "--reveal", "export"} & set(words)]
    typed += [("dlq", "show", name) for name in names]
    typed += [("dlq", "diff", name) for name in names[1:3]]
    controls: list[str] = []
    secrets = coloured = 0
    for words in typed:
        _, output = await asyncio.to_thread(shown, words, stage.environment())
        coloured += b"\x1b[" in output
        found = controls_in(output, with_colours=True)
        controls += [f"{' '.join(words)} on a terminal: {each}" for each in found]
        secrets += len(secrets_in(output, spelled()))
    # Else nobody has seen what colours do beside hostile text.
    report.prove("hostile_terminal_coloured", coloured, "outputs", "> 0")
    report.prove("hostile_terminal_controls", len(controls), "characters", "= 0")
    report.prove("hostile_terminal_secrets", secrets, "places", "= 0")
    for sentence in controls[:_EXAMPLES]:
        report.note(sentence)
