"""Which metrics tell of dead letters, of operators' acts, and of what else the control topic has?

Part of the ``catalogue``.
"""

from consumer.telemetry.metric import Metric

DEAD_LETTERS = Metric(
    "everonce_dead_letters_total",
    "counter",
    "Dead letters, once their commit is visible. exhausted: mend the dependency, then redrive; "
    "poison and conflict: mend the producer; permanent: mend the event or the processor; refused: "
    "see the broker's limits.",
    ("disposition", "code"),
)
DEAD_LETTERS_OPEN = Metric(
    "everonce_dead_letters_open",
    "gauge",
    "Dead letters that wait for an operator, by what the ledger holds. Growing: see "
    "`everonce dlq groups` for the causes; mend them, then redrive or discard the letters.",
)
DEAD_LETTER_OLDEST_AGE = Metric(
    "everonce_dead_letter_oldest_age_seconds",
    "gauge",
    "Since the oldest open dead letter was settled; 0 where none is open. Near "
    "everonce_letter_retention_seconds: redrive, discard or export it, before it is gone.",
)
LETTER_RETENTION = Metric(
    "everonce_letter_retention_seconds",
    "gauge",
    "How long the dead-letter topic keeps a letter (its retention.ms, read at the start), +Inf for "
    "ever. Shorter than it takes to drain the letters: raise it.",
)
HELD_KEYS = Metric(
    "everonce_held_keys",
    "gauge",
    "Keys that wait for what becomes of a dead letter (retry.on_dead_letter: hold_key). Above 0 "
    "for long: redrive or discard those letters; `everonce retries list --held` names them.",
)
HELD_KEYS_EXPIRED = Metric(
    "everonce_held_keys_expired_total",
    "counter",
    "Keys that went on because the letter that held them had expired (retry.on_dead_letter: "
    "hold_key). Any: their order is broken, and nobody has looked at the letter in time.",
)
ACTS = Metric(
    "everonce_acts_total",
    "counter",
    "What became of operators' acts, once the commit that says so is visible. refused: the audit "
    "topic and the act.done log line say why; dead_lettered: redriven letters fail again, stop and "
    "mend the cause.",
    ("act", "outcome"),
)
SENT_HOME = Metric(
    "everonce_events_sent_home_total",
    "counter",
    "Events without a key that went on to the partition that dedups their id (dedup.scope: topic). "
    "Where producers never publish an event twice, dedup.scope: partition saves that way.",
)
CONTROL_REFUSED = Metric(
    "everonce_control_refused_total",
    "counter",
    "Records of the control topic that asked for something unknown. Any: find who writes there, "
    "the control.refused log line says what was found.",
)

LETTERS_METRICS = tuple(
    declared for declared in list(globals().values()) if isinstance(declared, Metric)
)
"""Every metric of this file, in its order."""
