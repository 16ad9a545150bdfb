"""Can a million letters be looked at, in how much time, and within how much memory?"""

import asyncio

from consumer.embedded import EmbeddedKafka
from tests.desk.commands import Said
from tests.desk.many_letters import KINDS, write_letters
from tests.desk.stage import Stage
from tests.faults.driver import Tell
from tests.report import Report

FULL, QUICK = 1_000_000, 20_000
MOST_MEGABYTES = 300
_LIMIT_SECONDS = 300.0
_COMMANDS = {
    "list": ("dlq", "list"),
    "list_json": ("dlq", "list", "--json"),
    "groups": ("dlq", "groups", "--json"),
    "stats": ("dlq", "stats", "--json"),
}


def add_million(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Write the letters, look at them, and add the figures."""
    count = QUICK if is_quick else FULL
    asyncio.run(_play(report, Stage("million", kafka, tell), count))


async def _play(report: Report, stage: Stage, count: int) -> None:
    async with stage:
        await write_letters(stage, count)
        report.measure("million_letters", count, "letters")
        said: dict[str, Said] = {}
        for name, words in _COMMANDS.items():
            running = stage.desk.start(*words)
            said[name] = await asyncio.to_thread(stage.desk.finish, running, _LIMIT_SECONDS)
            said[name].must(0)
            seconds, megabytes = said[name].seconds, said[name].resident_bytes / 1e6
            stage.tell(f"{name}: {seconds:.1f} s, {megabytes:.0f} MB")
            report.measure(f"million_{name}", round(seconds, 2), "s")
            report.measure(f"million_{name}_rate", round(count / seconds), "letters/s")
            report.measure(f"million_{name}_cpu", round(said[name].cpu_seconds, 2), "s")
            report.prove(
                f"million_{name}_memory", round(megabytes, 1), "MB", f"<= {MOST_MEGABYTES}"
            )
        _judge(report, said, count)
        # Else it stays until the broker is gone, beside whatever comes next.
        said["list_json"].output.unlink()


def _judge(report: Report, said: dict[str, Said], count: int) -> None:
    """Judge whether what was shown is what is there."""
    stats = said["stats"].json()
    report.prove("million_stats_open", stats["by"]["state"]["open"], "letters", f"= {count}")
    groups = said["groups"].lines()
    report.prove("million_groups_found", len(groups), "groups", f"= {KINDS}")
    grouped = sum(group["count"] for group in groups)
    report.prove("million_groups_letters", grouped, "letters", f"= {count}")
    with said["list_json"].output.open("rb") as file:
        report.prove("million_list_lines", sum(1 for _ in file), "letters", f"= {count}")
