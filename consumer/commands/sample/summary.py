"""How is the sample run summed up: what was published, what became of it, does it add up?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from consumer.commands.letter import letter_report
from consumer.commands.sample import outage
from consumer.commands.sample.accounting import ENDINGS, KINDS, Account

_STYLES = {"completed": "green", "dead-lettered": "red", "duplicate": "cyan", "ignored": "dim"}
_TELLING = ("exhausted", "permanent", "conflict", "poison")
"""Which disposition makes the more instructive example; what is not listed comes last."""


@dataclass(frozen=True, slots=True)
class Patience:
    """What became of the events that met the outage."""

    parked: int
    """Parkings."""
    latest: float
    """How long after its due time the latest of them ran, in seconds."""


def summary(
    account: Account,
    letters: Sequence[Mapping[str, Any]],
    *,
    seconds: float,
    where: str,
    patience: Patience | None = None,
) -> RenderableType:
    """Return the account as a table, its verdict, and one dead letter as an operator reads it.

    Args:
        account: What became of every published record.
        letters: Envelopes of the dead letters that were read back.
        seconds: From the first record published to the last settled.
        where: The topics that were read, for people.
        patience: Given where there was an outage.
    """
    parts: list[RenderableType] = [
        Padding(_matrix(account), (1, 0, 1, 2)),
        Padding(_verdict(account, seconds, where), (0, 0, 1, 2)),
    ]
    if patience is not None:
        parts.append(Padding(_patience(patience), (0, 0, 1, 2)))
    if letters:
        parts += [
            Text(f"  One of the {len(letters):,} dead letters, as an operator reads it:\n"),
            letter_report(instructive(letters)),
        ]
    return Group(*parts)


def instructive(letters: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the letter that shows most: one that was retried in vain, if there is one."""

    def rank(letter: Mapping[str, Any]) -> int:
        disposition = letter.get("disposition")
        return _TELLING.index(disposition) if disposition in _TELLING else len(_TELLING)

    return min(letters, key=rank)


def _matrix(account: Account) -> Table:
    endings = [each for each in ENDINGS if each != "unaccounted" or account.total(None, each)]
    table = Table(box=None, padding=(0, 1), header_style="dim")
    table.add_column("published as", no_wrap=True)
    table.add_column("records", justify="right")
    table.add_column("")
    for ending in endings:
        table.add_column(
            ending, justify="right", no_wrap=True, style=_STYLES.get(ending, "bold red")
        )
    for kind in KINDS:
        if total := account.total(kind):
            counts = (account.total(kind, ending) for ending in endings)
            cells = (f"{each:,}" if each else "·" for each in counts)
            table.add_row(kind, f"{total:,}", "=", *cells)
    table.add_section()
    totals = (f"{account.total(None, ending):,}" for ending in endings)
    table.add_row("all", f"{account.total():,}", "=", *totals, style="bold")
    return table


def _patience(patience: Patience) -> Text:
    return Text(
        f"The payment gateway was down for {outage.SECONDS:.0f} s: {patience.parked:,} times an "
        "event was parked in the ledger, for a later attempt or behind one of its key, and "
        f"released when its time came, {patience.latest:.2f} s late at most."
    )


def _verdict(account: Account, seconds: float, where: str) -> Text:
    if account.problems:
        lines = "".join(f"\n  {problem}" for problem in account.problems)
        return Text(f"✗ It does not add up, by the word of {where}:{lines}", style="bold red")
    total = account.total()
    return Text.assemble(
        ("✓ ", "bold green"),
        f"Each of the {total:,} records has exactly one outcome, no event two ({seconds:.1f} s).",
        (f"\n  By the word of {where} (read_committed).", "dim"),
    )
