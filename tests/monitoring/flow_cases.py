"""When do the alerts about lag, progress, intake and the ledger fire?"""

from tests.monitoring.alert_case import JOB, Case

EVERONCE = {"job": "everonce"}
LAG = 'everonce_lag_records{job="everonce", partition="%d"}'
AGE = 'everonce_progress_age_seconds{job="everonce", partition="3"}'
PAUSED = 'everonce_intake_paused{job="everonce", bound="%s"}'
EVICTED = f"everonce_ledger_evicted_total{JOB}"

FLOW_CASES = (
    Case(
        "EveronceLagGrows",
        "two partitions together fall behind",
        {LAG % 0: "0+50x60", LAG % 1: "0+50x60"},
        "50m",
        [(EVERONCE, "5k records wait and their number grows")],
    ),
    Case("EveronceLagGrows", "it is large and shrinks", {LAG % 0: "90000-500x60"}, "50m"),
    Case("EveronceLagGrows", "it is small", {LAG % 0: "0+10x60"}, "50m"),
    Case(
        "EveronceLagGrows", "it grew for ten minutes", {LAG % 0: "0x30 2000+500x10 100x30"}, "50m"
    ),
    Case(
        "EveronceNoProgress",
        "an event hangs",
        {AGE: "0+60x40"},
        "30m",
        [(EVERONCE | {"partition": "3"}, "Partition 3 has not moved for 30m 0s")],
    ),
    Case("EveronceNoProgress", "it moved meanwhile", {AGE: "0+60x17 0+60x20"}, "30m"),
    Case(
        "EveronceIntakeHeld",
        "the bound on parked events is met again and again",
        {PAUSED % "parked": "1 0 1 0 1 1 0 1 0 1 0 1", PAUSED % "entries": "0x12"},
        "10m",
        [(EVERONCE | {"bound": "parked"}, "Nothing new is read: parked is at its bound")],
    ),
    Case(
        "EveronceIntakeHeld", "load meets the bound on records", {PAUSED % "records": "1x12"}, "10m"
    ),
    Case("EveronceIntakeHeld", "it was met once", {PAUSED % "waiting": "0 1 0x10"}, "10m"),
    Case(
        "EveronceLedgerEvicts",
        "ids are evicted",
        {EVICTED: "0x10 30x10"},
        "15m",
        [(EVERONCE, "30 event ids were forgotten before their time")],
    ),
    Case("EveronceLedgerEvicts", "it was half an hour ago", {EVICTED: "0x10 30x60"}, "45m"),
)
