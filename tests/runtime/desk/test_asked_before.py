"""What does a resumed run recognise of itself on the control topic?"""

from dataclasses import replace

from consumer.core.act import Act, control_record
from consumer.core.record import LogRecord
from consumer.desk.acts import act_id, asked_before, run_began
from tests.builders import a_record, a_settings, event_bytes
from tests.fakes.log_tap import LogTap

RUN = "20260131T235959Z-4f1c2a"
OTHER = "20260131T235959Z-000000"
SETTINGS = a_settings(topics={"control": "control"})


def redrive(dlq_id: str, run: str = RUN) -> Act:
    record = a_record(event_bytes(), headers=(("h", b"1"),))
    name = act_id("redrive", dlq_id, run)
    return Act("redrive", name, "ada", None, 5.0, "e:1", dlq_id, record=record)


def stands(act: Act, offset: int, seconds: float = 1.0) -> LogRecord:
    written = control_record(act)
    moment = int((run_began(RUN) + seconds) * 1000)
    return LogRecord(
        "control", 1, offset, moment, written.key, written.value, tuple(written.headers)
    )


async def test_run_recognises_its_own_acts_and_no_others() -> None:
    ours, theirs = redrive("letter-1"), redrive("letter-2", OTHER)
    replay = Act("replay", "", record=a_record(event_bytes(), offset=8))
    replay = replace(replay, act_id=act_id("replay", "workflow-events/0/8", RUN))
    home = Act("home", "", record=a_record(event_bytes()))
    records = [
        stands(redrive("letter-0"), 0, seconds=-7200),
        stands(ours, 4),
        stands(theirs, 5),
        stands(replay, 6),
        stands(home, 7),
        replace(stands(ours, 8), headers=()),
        stands(ours, 9),
    ]

    found = await asked_before(LogTap({"control": records}), SETTINGS, RUN)

    assert {name: each.offset for name, each in found.items()} == {
        ours.act_id: 4,
        replay.act_id: 6,
    }
    assert found[ours.act_id].act == replace(ours, record=None)
    assert found[ours.act_id].partition == 1
    light = found[replay.act_id].act.record
    assert light is not None
    assert (light.offset, light.value) == (8, None)
