"""The ports in memory: a Kafka with real semantics, faults on request, and clocks that step."""
