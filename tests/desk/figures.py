"""What does a run of the desk add to the report?"""

from collections.abc import Iterable

from tests.desk.checker import DeskFindings
from tests.desk.commands import Said
from tests.report import Report

_EXAMPLES = 5
_KINDS = (("lost", "findings"), ("doubled", "findings"), ("open", "letters"), ("audit", "findings"))


def add_findings(
    report: Report, name: str, findings: DeskFindings, *, with_kills: bool = False
) -> None:
    """Add what is wrong with a run, and examples of it.

    Args:
        report: Where it goes.
        name: The figures' first word.
        findings: What was found.
        with_kills: Whether workers were killed: what they were at may have run again.
    """
    for kind, unit in _KINDS:
        report.prove(f"{name}_{kind}", findings.count(kind), unit, "= 0")
    repeated = findings.count("repeated")
    if with_kills:
        report.measure(f"{name}_repeated_by_kills", repeated, "events")
    else:
        report.prove(f"{name}_repeated", repeated, "events", "= 0")
    for kind, sentences in findings.found.items():
        if with_kills and kind.startswith("repeated"):
            continue
        for sentence in sentences[:_EXAMPLES]:
            report.note(f"{name}: {kind}: {sentence}")


def add_commands(report: Report, odd: Iterable[Said]) -> None:
    """Say of some commands how they ended otherwise than they should have."""
    for each in list(odd)[:_EXAMPLES]:
        report.note(f"everonce {' '.join(each.words)} ended with {each.code}: {each.complaint}")
