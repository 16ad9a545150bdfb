"""What does a person see before and after something is asked for, and how is an editor opened?"""

import stat
from pathlib import Path
from typing import Any

import pytest

from consumer.commands.acting.editor import Draft
from consumer.commands.acting.manner import Manner, command_to_resume, confirmed
from consumer.commands.acting.outlook_view import outlook_document, outlook_view, plan_in_words
from consumer.commands.acting.report_view import report_document, report_view
from consumer.commands.acting.running import Ran, code_of
from consumer.commands.exits import CommandError, ExitCode
from consumer.core.act import Act
from consumer.desk.acts import run_began
from consumer.desk.outlook import Outlook
from consumer.desk.ramp import Course, Plan
from consumer.desk.redaction import Redaction
from consumer.desk.report import Named, Report
from consumer.desk.verdicts import Told
from tests.unit.commands.rendering import rendered
from tests.unit.desk.desk_examples import a_summary, in_topic

NOTHING_HIDDEN = Redaction(())
RUN = "20260131T235959Z-4f1c2a"


def outlook(**members: Any) -> Outlook:
    made = Outlook("redrive")
    for number in range(12):
        made.add(a_summary(offset=number, **members), in_topic(offset=number))
    made.add(a_summary(offset=20, state="resolved"), in_topic(offset=20))
    return made


def test_outlook_shows_groups_sample_what_is_left_out_and_the_plan() -> None:
    shown = rendered(outlook_view(outlook(), Plan(canary=1, rate=100), "dlq", NOTHING_HIDDEN))

    assert "12 letters of dlq to run again, given up since" in shown
    assert "12  TIMEOUT" in shown
    assert "the bank did not answer" in shown
    assert "left out: 1" in shown
    assert "resolved: only open letters can be acted on" in shown
    assert "One first; once that has gone well the others, at most 100 a second" in shown
    assert all(len(line) <= 100 for line in shown.splitlines())


def test_outlook_is_harmless_and_hides_what_is_to_be_hidden() -> None:
    made = outlook(
        shape="password=hunter2 \x1b[2J", event_id="\x1b]0;x\x07", processor="\u202eevil"
    )

    shown = rendered(outlook_view(made, Plan(), "dlq", Redaction(("*password*",))))
    document = str(outlook_document(made, Redaction(("*password*",))))

    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "hunter2" not in shown + document
    assert r"\x1b[2J" in shown


def test_outlook_of_nothing_says_so() -> None:
    assert (
        rendered(outlook_view(Outlook("discard"), Plan(), "dlq", NOTHING_HIDDEN)).strip()
        == "No letter of dlq to discard."
    )


@pytest.mark.parametrize(
    ("plan", "count", "words"),
    [
        (
            Plan(canary=1, rate=2.5, stop_at=0.2),
            20,
            "One first; once that has gone well the others",
        ),
        (Plan(canary=3, rate=10, stop_at=0.2), 20, "3 first; once that has gone well"),
        (Plan(canary=0, rate=None, stop_at=1), 5, "No canary; at most as fast as they settle"),
        (Plan(canary=5, rate=1, stop_at=0.5), 5, "All at once; stops by itself when more than 50%"),
    ],
)
def test_plan_is_told_in_words(plan: Plan, count: int, words: str) -> None:
    assert plan_in_words(plan, count).startswith(words)


def ran(end: Any = "answered", why: str = "", **course: int) -> Ran:
    counts = {"asked": 10, "succeeded": 10, "failed_again": 0, "refused": 0} | course
    return Ran(Report(course=Course(**counts), end=end, why=why), 12.5)


@pytest.mark.parametrize(
    ("run", "code"),
    [
        (ran(), ExitCode.OK),
        (ran(succeeded=9, failed_again=1), ExitCode.FAILED_AGAIN),
        (ran(succeeded=9, refused=1), ExitCode.REFUSED),
        (ran(succeeded=8, refused=1, failed_again=1), ExitCode.FAILED_AGAIN),
        (ran("stopped", "much", succeeded=5, failed_again=5), ExitCode.STOPPED),
        (ran("no_worker", "nobody", asked=0, succeeded=0), ExitCode.NO_WORKER),
        (ran("waiting", "silence", succeeded=9), ExitCode.UNSETTLED),
        (ran("interrupted", succeeded=9), ExitCode.INTERRUPTED),
    ],
)
def test_each_end_has_a_code_of_its_own(run: Ran, code: ExitCode) -> None:
    assert code_of(run.report) == code


def test_what_was_left_out_is_told_by_the_code() -> None:
    assert code_of(ran().report, left_out=1) == ExitCode.REFUSED
    run = ran()
    run.report.leave_out("letter-1", "gone")
    assert code_of(run.report) == ExitCode.REFUSED


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (ran("stopped", "5 of 10 failed again", succeeded=5, failed_again=5), "stopped by itself"),
        (ran("no_worker", "the group g has no member"), "Nobody carries it out: the group g"),
        (ran("waiting", "nothing was heard"), "It is not over: nothing was heard"),
        (ran("interrupted"), "Interrupted: nothing more was asked for."),
    ],
)
def test_report_says_how_it_ended(run: Ran, said: str) -> None:
    shown = " ".join(rendered(report_view(run, RUN, "everonce dlq redrive")).split())

    assert said in shown
    assert ("To go on: everonce dlq redrive" in shown) == (run.report.end != "stopped")


def test_what_was_asked_is_not_lost_and_that_is_said() -> None:
    shown = " ".join(rendered(report_view(ran("no_worker", "why", succeeded=4), RUN, "x")).split())

    assert "What was asked stands on the control topic" in shown
    nothing = rendered(report_view(ran("no_worker", "why", asked=0, succeeded=0), RUN, "x"))
    assert "Nothing was asked for." in nothing
    assert "To go on" not in nothing


def test_report_names_what_failed_again_harmlessly() -> None:
    run = ran(succeeded=8, failed_again=1, refused=1)
    act = Act("redrive", "act-1", dlq_id="old\x1b[2J")
    run.report.named = [
        Named(act, Told("failed_again", None, "new\x1b")),
        Named(act, Told("refused", "not open\x07")),
    ]

    shown = rendered(report_view(run, RUN, None))

    assert r"old\x1b[2J → new\x1b" in shown
    assert r"not open\x07" in shown
    document = report_document(run, RUN, None)
    assert (document["failed_again"], document["acts"][0]["new_dlq_id"]) == (1, "new\x1b")


def test_long_list_is_cut_and_says_so() -> None:
    run = ran(succeeded=0, failed_again=30, asked=30)
    act = Act("redrive", "act-1", dlq_id="letter")
    run.report.named = [Named(act, Told("failed_again", None, "new"))] * 30

    assert "… 10 more" in rendered(report_view(run, RUN, None))


def test_canary_is_one_of_more_than_ten() -> None:
    assert Manner().plan(10).canary == 0
    assert Manner().plan(11).canary == 1
    assert Manner(canary=5).plan(3).canary == 3
    assert Manner(canary=0).plan(1000).canary == 0


def test_asker_is_who_was_named_and_a_resumed_run_keeps_its_name() -> None:
    asker = Manner(operator="ada", reason="why", resume=RUN).asker()

    assert (asker.run, asker.operator, asker.reason) == (RUN, "ada", "why")
    assert run_began(Manner().asker().run) > 0
    assert "@" in Manner().asker().operator
    with pytest.raises(CommandError, match="is no name of a run"):
        Manner(resume="nothing").asker()


@pytest.mark.parametrize(
    "typed",
    [
        ["everonce", "dlq", "redrive", "--group", "a b"],
        ["everonce", "dlq", "redrive", "--resume", RUN, "--group", "a b"],
        ["everonce", "dlq", "redrive", f"--resume={RUN}", "--group", "a b"],
    ],
)
def test_command_that_goes_on_is_the_same_with_its_run(
    typed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", typed)

    assert command_to_resume(RUN) == f"everonce dlq redrive --group 'a b' --resume {RUN}"


@pytest.mark.parametrize(
    ("answer", "is_yes"),
    [("y\n", True), ("YES\n", True), ("\n", False), ("no\n", False), ("", False)],
)
def test_only_yes_is_yes(
    answer: str, is_yes: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(answer))

    assert confirmed(Manner(), "Run them?") == is_yes
    assert "Run them? [y/N]" in capsys.readouterr().err


def test_nobody_at_the_terminal_is_not_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("y\n", is_terminal=False))

    with pytest.raises(CommandError, match="give --yes, or --dry-run") as caught:
        confirmed(Manner(), "Run them?")
    assert caught.value.code == ExitCode.USAGE
    assert confirmed(Manner(yes=True), "Run them?")


class Terminal:
    """Standard input with somebody, or nobody, who types."""

    def __init__(self, typed: str, *, is_terminal: bool = True) -> None:
        self._lines = typed.splitlines(keepends=True)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def readline(self) -> str:
        return self._lines.pop(0) if self._lines else ""


def editor(folder: Path, script: str) -> dict[str, str]:
    """Return an environment whose editor runs *script*, with the file as its first argument."""
    path = folder / "my editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return {"EDITOR": f"'{path}' --wait"}


def test_editor_is_given_a_file_that_only_its_owner_may_read(tmp_path: Path) -> None:
    with Draft(b"before", editor(tmp_path, 'printf after > "$2"')) as draft:
        mode = stat.S_IMODE(draft.path.stat().st_mode)
        assert (mode, draft.path.suffix) == (0o600, ".json")
        assert draft.edited() == b"after"

    assert not draft.path.exists()


def test_visual_comes_before_editor(tmp_path: Path) -> None:
    environment = {**editor(tmp_path, "exit 1"), "VISUAL": "true"}

    with Draft(b"same", environment) as draft:
        assert draft.edited() == b"same"


def test_what_was_written_is_kept_where_the_editor_fails(tmp_path: Path) -> None:
    environment = editor(tmp_path, 'printf after > "$2"; exit 3')

    with Draft(b"before", environment) as draft, pytest.raises(CommandError, match="with 3") as it:
        draft.edited()

    assert str(draft.path) in it.value.message
    assert draft.path.read_bytes() == b"after"
    draft.path.unlink()


@pytest.mark.parametrize("name", ["/nowhere/editor", "'"])
def test_editor_that_is_not_there_is_named(name: str) -> None:
    with Draft(b"", {"EDITOR": name}) as draft, pytest.raises(CommandError, match="set EDITOR"):
        draft.edited()
    assert not draft.path.exists()
