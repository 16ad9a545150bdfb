"""What does a run add to the report?

Production code must leave nothing wrong (at least once: nothing lost); a worker with a planted
fault must leave exactly that wrong which its fault does, or the checker proves nothing.
"""

from collections.abc import Mapping, Sequence

from tests.faults.checker import Findings, check
from tests.faults.driver import RunOutcome
from tests.faults.plan import POINTS, PointKill
from tests.report import Report

_EXAMPLES = 5


def add_run(report: Report, outcome: RunOutcome) -> None:
    """Add the figures of one run to *report*."""
    findings = check(outcome.history)
    match outcome.plan.expectation:
        case "nothing_wrong" | "nothing_lost":
            _add_proof(report, outcome, findings)
        case "doubled":
            _add_control(report, outcome, doubled_outputs(findings), "doubled")
        case "lost":
            _add_control(report, outcome, lost_events(findings), "lost")
        case "lost_or_doubled":
            wrong = lost_events(findings) + doubled_outputs(findings)
            _add_control(report, outcome, wrong, "lost or doubled")


def lost_events(findings: Findings) -> int:
    """Return how many events have no outcome at all."""
    return len(findings.lost["lost_events"])


def doubled_outputs(findings: Findings) -> int:
    """Return how many events have an outcome more than once."""
    names = ("doubled_results", "doubled_letters", "doubled_outcomes")
    return sum(len(findings.doubled[name]) for name in names)


def _add_control(report: Report, outcome: RunOutcome, wrong: int, unit: str) -> None:
    report.prove(f"control_{outcome.plan.name}", wrong, f"events {unit}", "> 0")


def _add_proof(report: Report, outcome: RunOutcome, findings: Findings) -> None:
    plan, history = outcome.plan, outcome.history
    exactly = plan.expectation == "nothing_wrong"
    everything = "= 0" if exactly else None
    # Where nobody is fenced, a woken worker writes old entries over newer ones; what they are
    # about is not lost by that, and done once more at the most.
    stale = 0 if exactly else len(findings.lost["lost_entries"])
    report.prove(f"lost_{plan.name}", findings.lost_count - stale, "findings", "= 0")
    if not exactly:
        report.measure(f"stale_entries_{plan.name}", stale, "entries")
    report.prove(f"doubled_{plan.name}", findings.doubled_count, "findings", everything)
    report.prove(f"order_{plan.name}", findings.order_count, "findings", everything)
    report.prove(f"records_{plan.name}", len(history.input), "records", f">= {plan.load.records}")
    distinct = {each.event_id for each in history.input if each.event_id is not None}
    poison = sum(each.event_id is None for each in history.input)
    duplicates = len(history.input) - len(distinct) - poison
    report.measure(f"duplicates_{plan.name}", duplicates, "records")
    report.measure(f"letters_{plan.name}", len(history.letters), "records")
    _add_torment(report, outcome)
    repeated = sum(count - 1 for count in outcome.effects.values())
    report.measure(f"effects_repeated_{plan.name}", repeated, "attempts")
    report.measure(f"seconds_{plan.name}", round(outcome.seconds, 1), "s")
    _add_examples(report, findings.lost)
    if everything is not None:
        _add_examples(report, {**findings.doubled, **findings.order})


def _add_torment(report: Report, outcome: RunOutcome) -> None:
    plan, fleet = outcome.plan, outcome.fleet
    report.prove(f"kills_{plan.name}", fleet.kills.total(), "SIGKILLs", f">= {plan.least_kills}")
    planned = {fate.point for fate in plan.fates if isinstance(fate, PointKill)}
    reached = sum(1 for point in POINTS if fleet.kills[point])
    report.prove(f"kill_points_{plan.name}", reached, "named points", f">= {len(planned)}")
    report.prove(f"stops_{plan.name}", fleet.stops, "SIGSTOPs", f">= {plan.least_stops}")
    transactional = plan.guarantee == "exactly_once"
    if transactional:
        # Else no kill has met an open transaction, and no woken worker its successor.
        report.prove(f"aborted_{plan.name}", outcome.aborted, "records", "> 0")
        goal = "> 0" if plan.least_stops else None
        report.prove(f"fenced_{plan.name}", fleet.fenced(), "sessions", goal)
    if plan.broker_kills:
        goal = f">= {plan.broker_kills}"
        report.prove(f"broker_kills_{plan.name}", outcome.broker_kills, "SIGKILLs", goal)
    report.prove(f"own_ends_{plan.name}", fleet.own_ends, "workers", "= 0")
    report.prove(f"unclean_ends_{plan.name}", outcome.unclean_ends, "workers", "= 0")
    report.note(
        f"{plan.name}: kills "
        + ", ".join(f"{point} {count}" for point, count in sorted(fleet.kills.items()))
    )


def _add_examples(report: Report, found: Mapping[str, Sequence[str]]) -> None:
    for name, sentences in found.items():
        for sentence in sentences[:_EXAMPLES]:
            report.note(f"{name}: {sentence}")
        if len(sentences) > _EXAMPLES:
            report.note(f"{name}: and {len(sentences) - _EXAMPLES} more")
