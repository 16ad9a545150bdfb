"""PROVES: operators drain the dead letters, each event runs once, and the desk tells the truth.

``python -m tests.desk`` runs it, ``docs/proofs.md`` tells how to read what it prints.

=================  ===============================================================================
``once``           an operator's session by commands alone; then all of it once more
``killed``         a redrive and edits while the desk and the workers are killed
``home``           key-less events on any partition, published several times, under kills
``home_cost``      what it costs to bring them home
``stop``           a redrive that goes wrong, and stops by itself
``million``        time and memory of the commands that read all letters
``hostile``        letters that mean harm, looked at with every command
``alert``          alerts by promtool, the dashboard by a Prometheus that watches a run
``stage``          topics, workers (``processors``) and an operator's ``commands`` of one run
``operator``       what an operator types, whatever ``events`` have become letters
``history``        what a run left, read back
``checker``        what is wrong with it: a pure function, as is ``safety``
=================  ===============================================================================
"""
