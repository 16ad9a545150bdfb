"""The map of the consumer: who decides, who acts, who talks, who remembers, who tells.

======================  ==========================================================================
``core``                DECIDES: pure functions and values; no await, clock, randomness or I/O
``ports``               the seams: what the runtime needs from outside
``runtime``             ACTS: sessions, workers, attempts, group commits; knows ports, not Kafka
``kafka``               TALKS: the only importer of the Kafka client
``ledger``              REMEMBERS: what is known of every event id
``telemetry``           TELLS: metrics, logs, health
``embedded``            STARTS: a real Kafka of our own, for the first minute and for tests
``app``                 wires them; ``commands`` and ``__main__`` are the command line
======================  ==========================================================================

One event: record (``core.decode``) -> event (``core.admission``) -> lane (``core.lanes``) ->
attempt (``runtime.attempts``) -> outcome (``core.classification``, ``core.retry``) -> settlement
(``core.settlement``) -> one transaction (``runtime.group_commit``) -> committable
(``core.offsets``) and ledger.
"""
