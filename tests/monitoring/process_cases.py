"""When do the alerts about processes and partitions fire?"""

from tests.monitoring.alert_case import JOB, Case

A, B = '{job="everonce", instance="a:9464"}', '{job="everonce", instance="b:9464"}'
ON_A = {"job": "everonce", "instance": "a:9464"}
EVERONCE = {"job": "everonce"}
LOST = 'everonce_sessions_lost_total{job="everonce", reason="%s"}'
COMMITS = "everonce_commit_duration_seconds_bucket"
SKIPPED = f"everonce_skipped_records_total{JOB}"
LOOP = f"everonce_loop_lag_seconds{A}"
FACTS = 'everonce_telemetry_failures_total{job="everonce", sink="logs"}'
REFUSED = f"everonce_refused_partitions{A}"
STARTED = f"process_start_time_seconds{A}"

PROCESS_CASES = (
    Case(
        "EveronceAbsent",
        "every process is down",
        {f"up{A}": "1x5 0x5", f"up{B}": "1x5 0x5"},
        "8m",
        [({}, "No process of Everonce answers")],
    ),
    Case(
        "EveronceAbsent",
        "there is no process any more",
        {'up{job="prometheus"}': "1x10"},
        "2m",
        [({}, "No process of Everonce answers")],
    ),
    Case("EveronceAbsent", "one of two is down", {f"up{A}": "1x10", f"up{B}": "0x10"}, "8m"),
    Case(
        "EveronceDown",
        "one of two is down",
        {f"up{A}": "0x10", f"up{B}": "1x10"},
        "5m",
        [(ON_A, "a:9464 does not answer")],
    ),
    Case("EveronceDown", "a scrape fails now and then", {f"up{A}": "1 0 1 1 0 1 1 0"}, "7m"),
    Case(
        "EveronceNotReady",
        "a restore hangs",
        {f"everonce_ready{A}": "0x10"},
        "6m",
        [(ON_A, "a:9464 runs and is not ready")],
    ),
    Case(
        "EveronceNotReady", "it gets ready after 4 minutes", {f"everonce_ready{A}": "0x4 1x9"}, "6m"
    ),
    Case(
        "EveronceRestarts",
        "it starts anew again and again",
        {STARTED: "100 100 200 200 300 300 400 400"},
        "8m",
        [(ON_A, "a:9464 was restarted 3 times in 30 minutes")],
    ),
    Case("EveronceRestarts", "it was deployed twice", {STARTED: "100 100 200 300 300 300"}, "8m"),
    Case(
        "EveronceLoopBlocked",
        "each minute something takes 2.5 s",
        {LOOP: "2.5x10"},
        "6m",
        [(ON_A, "a:9464 was blocked for 2.5s at a time")],
    ),
    Case("EveronceLoopBlocked", "it happened once", {LOOP: "0 3 3 0 0 0 0 0 0 0"}, "6m"),
    Case(
        "EveronceTelemetryFails",
        "a sink fails",
        {FACTS: "0 0 1 1"},
        "3m",
        [(EVERONCE | {"sink": "logs"}, "Facts are missing from logs")],
    ),
    Case("EveronceTelemetryFails", "no sink fails", {FACTS: "0 0 0 0"}, "3m"),
    Case(
        "EveroncePartitionRefused",
        "two partitions of two processes are refused",
        {REFUSED: "1x5", f"everonce_refused_partitions{B}": "1x5"},
        "3m",
        [(EVERONCE, "2 partitions stay closed")],
    ),
    Case("EveroncePartitionRefused", "none is", {REFUSED: "0x5"}, "3m"),
    Case(
        "EveronceSessionsLost",
        "they are lost all the time",
        {LOST % "fenced": "0+1x20"},
        "20m",
        [(EVERONCE, "15 sessions were lost in 15 minutes")],
    ),
    Case("EveronceSessionsLost", "a rebalance fences four", {LOST % "fenced": "0x10 4x10"}, "20m"),
    Case(
        "EveronceCommitsFail",
        "each commit does, for long",
        {LOST % "deadline": "0+2x30", LOST % "fenced": "0+2x30"},
        "20m",
        [(EVERONCE | {"reason": "deadline"}, "Commits fail again and again: deadline")],
    ),
    Case("EveronceCommitsFail", "one did", {LOST % "commit_failed": "0x10 1x20"}, "20m"),
    Case(
        "EveronceCommitsFail",
        "sessions are only fenced, as in a rebalance",
        {LOST % "fenced": "0+2x30"},
        "20m",
    ),
    Case(
        "EveronceCommitsSlow",
        "all take between 2.5 and 5 s",
        {
            f'{COMMITS}{{job="everonce", le="2.5"}}': "0x30",
            f'{COMMITS}{{job="everonce", le="5"}}': "0+60x30",
            f'{COMMITS}{{job="everonce", le="+Inf"}}': "0+60x30",
        },
        "25m",
        [(EVERONCE, "Group commits take 4.975s")],
    ),
    Case(
        "EveronceCommitsSlow",
        "all but few take a second at most",
        {
            f'{COMMITS}{{job="everonce", le="1"}}': "0+1000x30",
            f'{COMMITS}{{job="everonce", le="5"}}': "0+1001x30",
            f'{COMMITS}{{job="everonce", le="+Inf"}}': "0+1001x30",
        },
        "25m",
    ),
    Case(
        "EveronceRecordsSkipped",
        "a start counts some before the first scrape",
        {SKIPPED: "_x10 250x30"},
        "20m",
        [(EVERONCE, "250 records were removed before they were read")],
    ),
    Case(
        "EveronceRecordsSkipped",
        "a session that starts anew finds them gone",
        {SKIPPED: "0x90 60x10"},
        "95m",
        [(EVERONCE, "60 records were removed before they were read")],
    ),
    Case("EveronceRecordsSkipped", "it was long ago", {SKIPPED: "_x10 250x200"}, "100m"),
)
