"""PROVES: nothing is lost, doubled or out of order while workers and brokers are killed.

``python -m tests.faults`` runs it, ``docs/proofs.md`` tells how to read what it prints.

===============  ================================================================================
``plan``         which runs there are, and what each of them does to its workers
``load``         the events, by seed, and how they are published
``worker``       the real application in a ``process`` of its own, with ``points`` and ``variants``
``fleet``        the worker processes: started, killed, stopped, woken, never left behind
``driver``       one run, from empty ``topics`` to a history
``history``      the topics read back with read_committed
``checker``      what is wrong with it: a pure function
``verdict``      what of that a run must have, and must not have
===============  ================================================================================
"""
