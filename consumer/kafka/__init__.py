"""TALKS: the only importer of the Kafka client.

================  ================================================================================
``connection``    settings -> what every client is given; a start that waits for Kafka
``source``        the input and control topics, read as a member of the group
``membership``    what the group gives and takes, and whether it still counts us in
``assignor``      which member reads which partition
``intake``        fetched records, taken without waiting inside the client
``watchdog``      whether the consumer is alive, and not only there
``state_log``     the ledger's topic, read for a restore; ``portions`` reads any stretch of a log
``log_reader``    where a log starts and ends, when a record was written, how many partitions
``writers``       which writer a session gets: ``transactions`` exactly once, ``idempotent`` at
                  least once, ``writer`` what they share
``batches``       output records -> record batches; ``sends``: were they acknowledged?
``producer``      the client under a writer, which can be let go of at any moment
``ending``        how any client is let go of within a bounded time
``errors``        the client's error -> ours
``topics``        the topics made and checked: ``topic_plan`` says what they must be like,
                  ``topic_facts`` what they mean for a session, ``admin`` asks the brokers
``rights``        whether we may do what a consumer has to do
``publish``       records onto a topic, and ``tap``: records off it, for the command line
================  ================================================================================

The client (aiokafka, pinned below 0.15) has no public way to some things that an exactly-once
consumer needs; what is used of its inside is used here and nowhere else.
"""
