"""MEASURES: what an event costs, how many fit into a second, and how long a lone one takes.

``python -m tests.benchmarks`` runs all of it, ``docs/proofs.md`` tells how to read what it prints.

==============  =================================================================================
``cpu``         CPU per event and events per second, beside the loop of aiokafka's documentation
``io``          events per second where each waits for 20 ms, against the ideal
``latency``     input append to visible result, one event at a time
``stages``      where the CPU of an event goes
``baseline``    that loop, a process of its own; ``everonce`` is the other one
``marks``       what a process measures of itself; ``sampling`` is for the stages
``events``      what is published, and the check of what comes out
==============  =================================================================================
"""
