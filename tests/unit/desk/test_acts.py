"""Is an act asked for again by the same name?"""

from dataclasses import replace

import pytest

from consumer.core.act import Act
from consumer.desk.acts import NoRunError, act_id, light, new_run, run_began, subject_of
from tests.builders import NOW, a_record

RUN = "20260131T235959Z-4f1c2a"


def test_run_tells_when_it_began() -> None:
    run = new_run(NOW + 0.75, "4f1c2a")

    assert run.endswith("Z-4f1c2a")
    assert run_began(run) == NOW


@pytest.mark.parametrize("run", ["", "x", "20260131T235959Z", "20269931T235959Z-4f1c2a", RUN + "0"])
def test_what_names_no_run_is_refused(run: str) -> None:
    with pytest.raises(NoRunError, match="is no name of a run"):
        run_began(run)


def test_same_act_of_the_same_run_has_the_same_name_and_no_other_has() -> None:
    name = act_id("redrive", "letter-1", RUN)

    assert name == act_id("redrive", "letter-1", RUN)
    others = {
        act_id("discard", "letter-1", RUN),
        act_id("redrive", "letter-2", RUN),
        act_id("redrive", "letter-1", new_run(NOW, "000000")),
    }
    assert len(others | {name}) == 4


def test_act_is_named_after_its_letter_its_entry_or_its_record() -> None:
    record = a_record(b"{}", offset=9, partition=2)

    assert subject_of(Act("redrive", "", ledger_key="e:1", dlq_id="l", record=record)) == "l"
    assert subject_of(Act("now", "", ledger_key="e:1")) == "e:1"
    assert subject_of(Act("replay", "", record=record)) == "workflow-events/2/9"


def test_light_act_is_still_about_the_same() -> None:
    act = Act("replay", "a", record=a_record(b"x" * 1000, headers=[("h", b"y")]))

    kept = light(act)

    assert subject_of(kept) == subject_of(act)
    assert kept.record is not None
    assert (kept.record.key, kept.record.value, kept.record.headers) == (None, None, ())
    assert light(replace(act, kind="redrive", dlq_id="l")).record is None
