"""An operator's session on a real Kafka with a worker that lives: commands only."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.builders import event_bytes
from tests.integration.commands.conftest import ROOT, CommandLine
from tests.integration.commands.desk import PROCESSORS, Desk
from tests.integration.commands.test_run import running

pytestmark = [pytest.mark.broker, pytest.mark.timeout(180)]


@pytest.fixture
def desk(everonce: CommandLine, tmp_path: Path) -> Desk:
    (tmp_path / "desk_processors.py").write_text(PROCESSORS)
    made = Desk(everonce, tmp_path)
    made.mode("broken")
    return made


def test_letters_are_redriven_once_however_often_it_is_said(desk: Desk) -> None:
    with desk.worker():
        desk.fail(*range(20))
        outlook = desk("dlq", "redrive", "--dry-run").stdout
        assert "20 letters of" in outlook
        assert "One first" in outlook
        assert desk("dlq", "redrive", code=2).stderr.endswith("to see what would be\n")
        assert len(desk.letters()) == 20

        canary = desk.run("dlq", "redrive", "--reason", "is it well?", code=4)
        assert (canary["end"], canary["asked"], canary["failed_again"]) == ("stopped", 1, 1)
        desk.mode("half")
        half = desk.run("dlq", "redrive", "--canary", "0", "--operator", "ada", code=4)
        assert half["end"] == "stopped"
        assert half["asked"] < 20
        assert half["failed_again"] > 0
        desk.mode("well")
        rest = desk.run("dlq", "redrive")
        assert rest["succeeded"] == 20 - half["succeeded"]
        again = json.loads(desk("dlq", "redrive", "--yes", "--json").stdout)

    assert (again["dry_run"]["chosen"], again["run"]) == (0, None)
    assert sorted(desk.runs()) == sorted(f"inv-{n} {n}" for n in range(20))
    states = [each["state"] for each in desk.letters("--state", "all")]
    assert states.count("resolved") == 20
    assert states.count("failed_again") == canary["failed_again"] + half["failed_again"]
    assert len(states) == 20 + states.count("failed_again")


def test_run_that_was_killed_goes_on_and_asks_for_nothing_twice(desk: Desk) -> None:
    with desk.worker():
        desk.fail(*range(30))
        desk.mode("well")
        command = desk.everonce.command("dlq", "redrive", "--yes", "--rate", "5")
        environment = {**desk.everonce.environment, **desk.environment()}
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as killed:
            assert killed.stderr is not None
            run = killed.stderr.readline().decode().split(";")[0].removeprefix("run ")
            desk.until(lambda: len(desk.runs()) >= 5)
            killed.kill()
            killed.stderr.read()

        resumed = desk.run("dlq", "redrive", "--resume", run)

    assert resumed["run"] == run
    assert (resumed["asked"], resumed["succeeded"]) == (30, 30)
    assert sorted(desk.runs()) == sorted(f"inv-{n} {n}" for n in range(30))


def test_run_that_is_interrupted_says_how_to_go_on(desk: Desk) -> None:
    with desk.worker():
        desk.fail(*range(12))
        desk.mode("well")
        command = desk.everonce.interruptible("dlq", "redrive", "--yes", "--rate", "2")
        environment = {**desk.everonce.environment, **desk.environment()}
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            desk.until(lambda: len(desk.runs()) >= 2)
            process.send_signal(signal.SIGINT)
            out, err = (each.decode() for each in process.communicate(timeout=20))

    assert process.returncode == 130
    assert "Interrupted: nothing more was asked for." in out
    assert "To go on: everonce" in out
    assert "Traceback" not in err
    assert 2 <= len(desk.runs()) < 12


def test_without_a_worker_nothing_is_asked_and_that_is_said(desk: Desk) -> None:
    with desk.worker():
        desk.fail(1, 2)

    done = desk("dlq", "redrive", "--yes", code=6)

    assert "has no member: no worker runs" in " ".join(done.stdout.split())
    assert "Nothing was asked for." in done.stdout
    assert len(desk.letters()) == 2


def test_poison_is_mended_and_runs_as_mended_with_every_digit(desk: Desk) -> None:
    poison = {"encoding": "utf-8", "data": "\x1b[2J no json"}
    desk.produce({"key": "p", "value": poison})
    with desk.worker():
        desk.until(lambda: len(desk.letters()) == 1)
        desk.fail(1, 2)
        (letter,) = desk.letters("--disposition", "poison")
        left_out = desk("dlq", "redrive", letter["dlq_id"], "--yes", code=7).stdout
        assert "still no event: mend it with `everonce dlq edit` first" in left_out

        desk.mode("well")
        wrong = desk.folder / "wrong.json"
        wrong.write_bytes(event_bytes("inv-9", event_type="invoice.created", payload={}))
        refused = desk("dlq", "edit", letter["dlq_id"], "--value", str(wrong), "--yes", code=2)
        assert "payload.number: Field required" in refused.stderr
        right = desk.folder / "right.json"
        right.write_bytes(event_bytes("inv-9", event_type="invoice.created", payload={"number": 9}))
        mended = desk.run("dlq", "edit", letter["dlq_id"], "--value", str(right))
        assert (mended["succeeded"], mended["duplicates"]) == (1, 0)
        again = desk("dlq", "edit", letter["dlq_id"], "--value", str(right), "--yes", code=7)
        assert "only open letters can be mended" in again.stderr

        one = next(each for each in desk.letters() if each["event_id"] == "inv-1")
        (desk.folder / "patch.json").write_text(
            '[{"op": "replace", "path": "/payload/number", "value": 77}]'
        )
        patched = desk("dlq", "edit", one["dlq_id"], "--patch", "nowhere.json", "--yes", code=2)
        assert "nowhere.json cannot be read" in patched.stderr
        desk("dlq", "edit", one["dlq_id"], "--patch", str(desk.folder / "patch.json"), "--yes")
        (desk.folder / "locked.json").write_text('{"event_id": "other"}')
        locked = desk(
            "dlq",
            "edit",
            next(each for each in desk.letters() if each["event_id"] == "inv-2")["dlq_id"],
            "--patch",
            str(desk.folder / "locked.json"),
            "--yes",
            code=2,
        )
        assert "event_id is 'other' and was 'inv-2'" in locked.stderr

    assert desk.runs() == ["inv-9 9", "inv-1 77"]
    shown = desk("ledger", "show", "inv-9").stdout
    assert "completed" in shown
    assert letter["dlq_id"] in shown


def test_letter_is_mended_in_an_editor(desk: Desk) -> None:
    editor = desk.folder / "editor"
    editor.write_text('#!/bin/sh\nsed -i \'s/"number": 1/"number": 500/\' "$1"\n')
    editor.chmod(0o700)
    with desk.worker():
        desk.fail(1)
        desk.mode("well")
        (letter,) = desk.letters()
        done = desk("dlq", "edit", letter["dlq_id"][:8], "--yes", EDITOR=str(editor))
        assert '+    "number": 500' in done.stdout
        same = desk("dlq", "edit", letter["dlq_id"], "--yes", code=7, EDITOR="true")
        assert "only open letters" in same.stderr

    assert desk.runs() == ["inv-1 500"]


def test_letter_is_discarded_with_a_reason_and_not_twice(desk: Desk) -> None:
    with desk.worker():
        desk.fail(1, 2)
        letter = desk.letters()[0]["dlq_id"]
        assert "--reason" in desk("dlq", "discard", letter, code=2).stderr
        done = desk.run("dlq", "discard", letter, "--reason", "not needed", "--operator", "ada")
        assert (done["done"], done["refused"]) == (1, 0)
        again = desk("dlq", "discard", letter, "--reason", "really", "--yes", code=7).stdout
        assert "discarded: only open letters can be acted on" in again
        redriven = desk("dlq", "redrive", letter, "--yes", code=7).stdout
        assert "No letter of" in redriven
        missing = desk("dlq", "redrive", "0" * 36, "--yes", code=7).stdout
        assert "not in the dead-letter topic" in missing

    shown = desk("dlq", "show", letter).stdout
    assert "ada" in shown
    assert "not needed" in shown


def test_parked_event_is_started_or_given_up(desk: Desk) -> None:
    desk.mode("busy")
    with desk.worker():
        desk.publish(1, 2, key="k")
        desk.publish(3, key="other")
        desk.until(lambda: "3 events are parked" in desk("retries", "list").stdout)
        follower = desk.run("retries", "now", "inv-2", code=7)
        assert "waits for 'e:inv-1'" in follower["acts"][0]["detail"]
        given_up = desk.run("retries", "cancel", "inv-1", "--reason", "too late")
        (letter,) = desk.letters()
        assert given_up["acts"][0]["new_dlq_id"] == letter["dlq_id"]
        assert letter["code"] == "CANCELLED"
        desk.mode("well")
        assert desk.run("retries", "now", "inv-3")["done"] == 1
        desk.until(lambda: "inv-3 3" in desk.runs())
        gone = desk("retries", "now", "inv-3", code=7).stderr
        assert "e:inv-3 is not parked: it is completed" in gone
        nobody = desk("retries", "cancel", "nobody\x1b", "--yes", code=1).stderr
        assert r"the ledger knows nothing of 'nobody\x1b'" in nobody
        no_hold = desk("retries", "release", "inv-1", "--yes", code=7).stderr
        assert "e:inv-1 holds no key" in no_hold


def test_key_that_a_letter_holds_is_let_go(desk: Desk) -> None:
    holding = {**desk.everonce.environment, "EVERONCE_RETRY__ON_DEAD_LETTER": "hold_key"}
    desk = Desk(CommandLine(holding), desk.folder)
    with desk.worker():
        desk.mode("broken")
        desk.publish(1, key="k")
        desk.until(lambda: len(desk.letters()) == 1)
        desk.mode("well")
        desk.publish(2, key="k")
        desk.until(lambda: "1 held by a letter" in desk("retries", "list").stdout)
        (letter,) = desk.letters()
        assert desk.run("retries", "release", letter["dlq_id"])["done"] == 1
        desk.until(lambda: desk.runs() == ["inv-2 2"])
        assert [each["state"] for each in desk.letters()] == ["open"]
        assert desk.run("dlq", "redrive", letter["dlq_id"])["succeeded"] == 1

    assert desk.runs() == ["inv-2 2", "inv-1 1"]


def test_events_run_again_on_purpose(desk: Desk) -> None:
    desk.mode("well")
    with desk.worker():
        desk.publish(1, 2, 3, 4)
        desk.until(lambda: len(desk.runs()) == 4)
        outlook = desk("replay", "--from", "10m", "--dry-run").stdout
        assert "4 events of" in outlook
        assert "past dedup" in outlook
        assert "offsets are of one partition" in desk("replay", "--from", "0", code=2).stderr
        report = desk.run("replay", "--from", "10m", "--id", "inv-2", "--reason", "wrong number")
        assert (report["asked"], report["succeeded"]) == (1, 1)
        nothing = json.loads(
            desk("replay", "--from", "10m", "--type", "order.*", "--yes", "--json").stdout
        )
        assert nothing["dry_run"]["chosen"] == 0

    assert sorted(desk.runs()) == ["inv-1 1", "inv-2 2", "inv-2 2", "inv-3 3", "inv-4 4"]


def test_outcome_is_told_by_the_ledger_where_there_is_no_audit_topic(desk: Desk) -> None:
    quiet = CommandLine({**desk.everonce.environment, "EVERONCE_TOPICS__AUDIT": ""})
    silent = Desk(quiet, desk.folder)
    with silent.worker():
        silent.fail(*range(12))
        silent.mode("half")
        half = silent.run("dlq", "redrive", "--canary", "0", "--stop-at", "1", code=5)
        assert (half["succeeded"], half["failed_again"]) == (6, 6)
        silent.mode("well")
        assert silent.run("dlq", "redrive")["succeeded"] == 6

    assert sorted(silent.runs()) == sorted(f"inv-{n} {n}" for n in range(12))


def test_ledger_that_knows_nothing_says_so(desk: Desk) -> None:
    done = desk("ledger", "show", "nothing\x1b[2J", code=1)

    assert r"the ledger knows nothing of 'nothing\x1b[2J'" in done.stderr


def test_worker_that_dies_is_missed_and_the_run_goes_on_with_the_next(desk: Desk) -> None:
    short = {
        "EVERONCE_KAFKA__SESSION_TIMEOUT": "6s",
        "EVERONCE_KAFKA__HEARTBEAT_INTERVAL": "1s",
    }
    desk = Desk(CommandLine({**desk.everonce.environment, **short}), desk.folder)
    with running(desk.everonce, **desk.environment()) as worker:
        desk.fail(*range(20))
        desk.mode("well")
        command = desk.everonce.command("dlq", "redrive", "--yes", "--json", "--rate", "4")
        environment = {**desk.everonce.environment, **desk.environment()}
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as asking:
            desk.until(lambda: len(desk.runs()) >= 4)
            worker.kill()
            out, _ = asking.communicate(timeout=60)
    report = json.loads(out)["run"]
    assert asking.returncode == 6
    assert report["end"] == "no_worker"
    assert 4 <= report["asked"] < 20
    assert report["going"] > 0

    with desk.worker():
        resumed = desk.run("dlq", "redrive", "--resume", report["run"])

    assert (resumed["asked"], resumed["succeeded"]) == (20, 20)
    # What ran when the worker died may run again; Kafka sees one result of each all the same.
    assert {line.split()[0] for line in desk.runs()} == {f"inv-{number}" for number in range(20)}
    assert [each["state"] for each in desk.letters("--state", "all")] == ["resolved"] * 20
    results = desk("tail", "results", "--json", "--from", "beginning").stdout.splitlines()
    done = [json.loads(line)["value"] for line in results]
    successes = [each["event_id"] for each in done if each["status"] == "success"]
    assert sorted(successes) == sorted(f"inv-{number}" for number in range(20))
