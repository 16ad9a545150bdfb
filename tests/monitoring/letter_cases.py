"""When do the alerts about dead letters, held keys and operators' acts fire?"""

from tests.monitoring.alert_case import JOB, Case

EVERONCE = {"job": "everonce"}
SETTLED = 'everonce_events_settled_total{job="everonce", outcome="%s"}'
OPEN = 'everonce_dead_letters_open{job="everonce", instance="%s"}'
OLDEST = 'everonce_dead_letter_oldest_age_seconds{job="everonce", instance="%s"}'
RETENTION = 'everonce_letter_retention_seconds{job="everonce", instance="%s"}'
DAY = 24 * 3600
HELD = 'everonce_held_keys{job="everonce", instance="%s"}'
EXPIRED = f"everonce_held_keys_expired_total{JOB}"
REDRIVES = 'everonce_acts_total{job="everonce", act="redrive", outcome="%s"}'
CONTROL = f"everonce_control_refused_total{JOB}"

LETTER_CASES = (
    Case(
        "EveronceDeadLetterRate",
        "a tenth of all events is given up",
        {
            SETTLED % "completed": "0+90x20",
            SETTLED % "dead_lettered": "0+10x20",
            SETTLED % "duplicate": "0+900x20",
        },
        "10m",
        [(EVERONCE, "10% of all events become dead letters")],
    ),
    Case(
        "EveronceDeadLetterRate",
        "one of a hundred is",
        {SETTLED % "completed": "0+990x20", SETTLED % "dead_lettered": "0+10x20"},
        "10m",
    ),
    Case(
        "EveronceDeadLetterRate",
        "hardly anything comes in and one event of it fails",
        {SETTLED % "completed": "0x20", SETTLED % "dead_lettered": "0x5 1x20"},
        "8m",
    ),
    Case(
        "EveronceDeadLettersOpen",
        "the replicas together have many",
        {OPEN % "a": "80x30", OPEN % "b": "70x30"},
        "20m",
        [(EVERONCE, "150 dead letters wait for somebody")],
    ),
    Case(
        "EveronceDeadLettersOpen", "they are drained in time", {OPEN % "a": "500-50x10 0x20"}, "20m"
    ),
    Case(
        "EveronceDeadLetterExpires",
        "nine tenths of the retention are over",
        {
            OLDEST % "a": f"{27 * DAY}x20",
            RETENTION % "a": f"{30 * DAY}x20",
            OLDEST % "b": f"{DAY}x20",
            RETENTION % "b": f"{30 * DAY}x20",
        },
        "10m",
        [
            (
                EVERONCE,
                "The oldest open dead letter has used up 90% of its topic's retention",
            )
        ],
    ),
    Case(
        "EveronceDeadLetterExpires",
        "three quarters are over",
        {OLDEST % "a": f"{22.5 * DAY}x20", RETENTION % "a": f"{30 * DAY}x20"},
        "10m",
    ),
    Case(
        "EveronceDeadLetterExpires",
        "letters are kept for ever",
        {OLDEST % "a": f"{900 * DAY}x20", RETENTION % "a": "Inf " * 20},
        "10m",
    ),
    Case(
        "EveronceKeysHeld",
        "three keys have waited for over an hour",
        {HELD % "a": "2x90", HELD % "b": "1x90"},
        "70m",
        [(EVERONCE, "3 keys wait for what becomes of a dead letter")],
    ),
    Case("EveronceKeysHeld", "somebody released them", {HELD % "a": "2x50 0x40"}, "70m"),
    Case(
        "EveronceHeldKeysExpired",
        "a letter expired that held a key",
        {EXPIRED: "0x70 2x10"},
        "75m",
        [(EVERONCE, "2 keys went on without the event that held them")],
    ),
    Case("EveronceHeldKeysExpired", "none did within the hour", {EXPIRED: "0x10 2x90"}, "95m"),
    Case(
        "EveronceRedrivesFail",
        "most fail again",
        {REDRIVES % "dead_lettered": "0+2x20", REDRIVES % "completed": "0+1x20"},
        "15m",
        [(EVERONCE, "30 redriven letters failed again in 15 minutes")],
    ),
    Case(
        "EveronceRedrivesFail",
        "most complete",
        {REDRIVES % "dead_lettered": "0+2x20", REDRIVES % "completed": "0+10x20"},
        "15m",
    ),
    Case(
        "EveronceControlRefused",
        "somebody else writes to the topic",
        {CONTROL: "0x5 3x10"},
        "10m",
        [(EVERONCE, "3 records of the control topic cannot be read")],
    ),
    Case("EveronceControlRefused", "nobody does", {CONTROL: "0x15"}, "10m"),
)
