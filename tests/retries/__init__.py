"""PROVES: a failing event waits durably and in order, and nobody else waits with it.

``python -m tests.retries`` runs it, ``docs/proofs.md`` tells how to read what it prints.

=================  ===============================================================================
``outage``         1 % of keys fail and are parked, while workers are killed and come and go
``healthy``        what the other keys keep of their throughput meanwhile
``many``           100,000 parked events in one partition: memory, restart, intake
``breaker``        an outage of what all events need, with a breaker that pauses, or rejects
``guard``          the same with one attempt per event and no breaker
``quarantine``     an event that ends the process
``budget``         more retries than there may be
``dependent_run``  a run of ``tests.faults`` with a ``dependency`` that is down for a stretch
``processors``     what the ``events`` do; each attempt is written to the ``attempt_log``
``story``          the log of the state topic and those ``attempts``, read back
``checker``        what is wrong with them: a pure function, as is ``spending``
=================  ===============================================================================
"""
