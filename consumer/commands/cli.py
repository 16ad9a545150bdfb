"""Which commands are there?

The files that say what a command takes (``run``, ``tail``, ...) import nothing heavy; what does
the work is imported once its command runs, so that ``--help`` answers at once.
"""

import sys
from typing import Annotated

import typer

from consumer.commands import (
    check,
    kafka,
    ledger,
    letter_acts,
    produce,
    replay,
    retries,
    run,
    stats,
    tail,
    topics,
)
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.packages import shadowed


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"everonce {version('everonce')}")
        raise typer.Exit


def build() -> typer.Typer:
    """Return the command line."""
    line = typer.Typer(
        name="everonce",
        no_args_is_help=True,
        add_completion=False,
        # A traceback with the values of variables could show a password.
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    line.callback()(everonce)
    alone = (run.run, check.check, produce.produce, tail.tail, replay.replay, stats.stats)
    for command in alone:
        line.command()(command)
    line.add_typer(topics.group, name="topics")
    line.add_typer(kafka.group, name="kafka")
    line.add_typer(ledger.group, name="ledger")
    line.add_typer(retries.group, name="retries")
    line.add_typer(letter_acts.group, name="dlq")
    return line


def everonce(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Every event, once: run processors on Kafka events exactly once, with a dead-letter queue.

    Settings come from EVERONCE_SECTION__KEY in the environment and from --config FILE;
    `everonce check` shows the effective ones.
    """


def ended(arguments: list[str]) -> int:
    """Run the command that *arguments* name and return the exit code of the process."""
    command = typer.main.get_command(build())
    try:
        command.main(args=arguments, prog_name="everonce")
    except CommandError as error:
        sys.stderr.write(f"everonce: {error.message}\n")
        return int(error.code)
    except ImportError:
        # Of another package by the name of ours, most likely; else it is a fault to be shown.
        if not (sentences := shadowed()):
            raise
        sys.stderr.write("".join(f"everonce: {sentence}\n" for sentence in sentences))
        return int(ExitCode.USAGE)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0
