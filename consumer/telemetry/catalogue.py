"""Which metrics are there, and what is to be done when one is bad?

Declared here and nowhere else; ``docs/metrics.md`` is generated from it.  Base units, and the
suffixes that Prometheus asks for.  Labels are closed or bounded sets: never an id, key or offset.
"""

from consumer.telemetry.letters_catalogue import LETTERS_METRICS
from consumer.telemetry.metric import AGES, COMMITS, DURATIONS, RESTORES, Metric
from consumer.telemetry.notice_catalogue import NOTICE_METRICS
from consumer.telemetry.outage_catalogue import OUTAGE_METRICS
from consumer.telemetry.parked_catalogue import PARKED_METRICS
from consumer.telemetry.process_catalogue import PROCESS_METRICS

RECORDS_CONSUMED = Metric(
    "everonce_records_consumed_total",
    "counter",
    "Records read, those read again after a lost session included. Flat while lag grows: look at "
    "everonce_refused_partitions, everonce_intake_pauses_total and everonce_source_failures_total.",
    ("topic", "partition"),
)
BYTES_CONSUMED = Metric(
    "everonce_consumed_bytes_total",
    "counter",
    "Bytes of keys and values read. Far above the input's growth: sessions are lost and re-read, "
    "see everonce_sessions_lost_total.",
    ("topic",),
)
EVENTS_SETTLED = Metric(
    "everonce_events_settled_total",
    "counter",
    "Events settled, once their commit is visible, by outcome. dead_lettered rising: see "
    "everonce_dead_letters_total for the cause, and the dead-letter topic for the events.",
    ("outcome",),
)
ATTEMPTS = Metric(
    "everonce_attempts_total",
    "counter",
    "Attempts by result. timeout rising: the processor's dependency is slow, or its timeout short; "
    "transient rising: a dependency fails; permanent rising: bad events, or a bug in the "
    "processor.",
    ("processor", "policy", "result"),
)
ATTEMPTS_PER_EVENT = Metric(
    "everonce_attempts_per_event",
    "histogram",
    "Attempts that a processed event took. Moving up: a dependency is flaky, see "
    "everonce_retries_total for its code.",
    (),
    (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 20.0),
)
ATTEMPT_DURATION = Metric(
    "everonce_attempt_duration_seconds",
    "histogram",
    "How long attempts took, failed ones included. Near processing.timeout: speed the processor "
    "up, or raise its timeout.",
    ("processor",),
    DURATIONS,
)
RETRIES = Metric(
    "everonce_retries_total",
    "counter",
    "Failed attempts that are followed by another, by error code. High for long: mend the "
    "dependency the code names, or give the event type a policy with longer delays.",
    ("policy", "code"),
)
END_TO_END = Metric(
    "everonce_end_to_end_seconds",
    "histogram",
    "From a record's timestamp to the commit of its outcome. High while "
    "everonce_attempt_duration_seconds is low: events wait; add replicas or raise "
    "processing.concurrency.",
    (),
    AGES,
)
IN_FLIGHT_EVENTS = Metric(
    "everonce_in_flight_events",
    "gauge",
    "Events admitted and not yet settled. At processing.max_in_flight_records for long: "
    "processors are the bottleneck; make them faster or add replicas.",
)
IN_FLIGHT_BYTES = Metric(
    "everonce_in_flight_bytes",
    "gauge",
    "Bytes of the records in flight. At processing.max_in_flight_bytes for long: events are "
    "large; raise it if there is memory.",
)
RUNNING_ATTEMPTS = Metric(
    "everonce_running_attempts",
    "gauge",
    "Attempts that run now. At processing.concurrency for long: raise it where processors wait "
    "for others, add replicas where they compute.",
)
WAITING_RETRIES = Metric(
    "everonce_waiting_retries",
    "gauge",
    "Events that wait in memory for their next attempt; their keys wait with them. Near "
    "retry.max_waiting: intake is about to pause; mend what fails.",
)
LAG_RECORDS = Metric(
    "everonce_lag_records",
    "gauge",
    "High watermark less committable. Growing: add replicas, up to one per partition; growing in "
    "one partition only: look for a hot or failing key.",
    ("partition",),
)
PROGRESS_AGE = Metric(
    "everonce_progress_age_seconds",
    "gauge",
    "Since the committable last moved, or nothing was left to do. High: the oldest event in flight "
    "is retried or slow; its attempt.failed log lines name it.",
    ("partition",),
)
DUPLICATES = Metric(
    "everonce_duplicates_total",
    "counter",
    "Records recognised as known. dropped or answered: a producer publishes twice, harmless; "
    "conflict: one id with two contents, mend the producer; reread: sessions are lost; "
    "resend_dropped: dedup.on_resend is drop.",
    ("kind",),
)
ANSWERS = Metric(
    "everonce_answers_total",
    "counter",
    "Duplicates answered with the stored result. More than expected: a producer repeats itself.",
)
COMMIT_DURATION = Metric(
    "everonce_commit_duration_seconds",
    "histogram",
    "How long group commits took. A lone one takes 6-10 ms; near commit.deadline: look at the "
    "brokers and their transaction coordinator.",
    (),
    COMMITS,
)
COMMIT_EVENTS = Metric(
    "everonce_commit_events",
    "histogram",
    "Events settled by one group commit. Few while lag grows: raise commit.linger, or lower "
    "commit.max_rate.",
    (),
    (0.0, 1.0, 10.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2000.0, 5000.0),
)
SESSIONS_LOST = Metric(
    "everonce_sessions_lost_total",
    "counter",
    "Sessions that ended without a last commit; they are fenced, restored and re-read. Often: "
    "fenced means that the group moves partitions, anything else that brokers fail; the "
    "session.lost log line has their words.",
    ("reason",),
)
LEDGER_ENTRIES = Metric(
    "everonce_ledger_entries",
    "gauge",
    "Event ids remembered. Near dedup.max_entries: raise it, or shorten dedup.window.",
    ("partition",),
)
RESTORE_SECONDS = Metric(
    "everonce_restore_seconds",
    "histogram",
    "How long a session took to restore its ledger. High: shorten dedup.window, or have the state "
    "topic compacted sooner.",
    (),
    RESTORES,
)
LEDGER_EXPIRED = Metric(
    "everonce_ledger_expired_total",
    "counter",
    "Entries forgotten because their dedup.window had passed. Flat for longer than the window "
    "while events settle: expiry does not run.",
)
LEDGER_EVICTED = Metric(
    "everonce_ledger_evicted_total",
    "counter",
    "Entries forgotten before their dedup.window had passed, for dedup.max_entries. Any: their "
    "duplicates will run again; raise dedup.max_entries.",
)
REFUSED_PARTITIONS = Metric(
    "everonce_refused_partitions",
    "gauge",
    "Partitions that stay closed until an operator accepts what was found. Any: run the command "
    "that the partition.refused log line names.",
)
PARTITIONS = Metric(
    "everonce_partitions",
    "gauge",
    "Partitions that this process owns, by state. starting or lost for long: the brokers do not "
    "answer, see the session.lost log lines.",
    ("state",),
)
SKIPPED_RECORDS = Metric(
    "everonce_skipped_records_total",
    "counter",
    "Records of input and control topic that retention removed before they were read. Any: events "
    "or acts are lost; raise that topic's retention, or keep the consumer running.",
)
ASSIGNMENT_CHANGES = Metric(
    "everonce_assignment_changes_total",
    "counter",
    "Times the group gave or took partitions. Often: members come and go, or heartbeats fail; see "
    "everonce_loop_lag_seconds.",
)
SOURCE_FAILURES = Metric(
    "everonce_source_failures_total",
    "counter",
    "Polls that failed. Often: brokers are away, or a record cannot be read; the source.failed log "
    "line has the words.",
)
INTAKE_PAUSES = Metric(
    "everonce_intake_pauses_total",
    "counter",
    "Times a bound stopped the reading. records, bytes: ordinary under load; window: one slow key "
    "holds its partition back; waiting, parked: too much fails; entries: raise dedup.max_entries.",
    ("bound",),
)
INTAKE_PAUSED = Metric(
    "everonce_intake_paused",
    "gauge",
    "1 for the bound that stops the reading now, 0 for the others. waiting, parked, entries for "
    "long: see everonce_intake_pauses_total.",
    ("bound",),
)
CATALOGUE: tuple[Metric, ...] = (
    tuple(declared for declared in list(globals().values()) if isinstance(declared, Metric))
    + PARKED_METRICS
    + OUTAGE_METRICS
    + LETTERS_METRICS
    + NOTICE_METRICS
    + PROCESS_METRICS
)
"""Every metric: of this file in its order, then those of the files beside it."""
