"""DECIDES: pure; no await, clock, randomness, logging or I/O."""
