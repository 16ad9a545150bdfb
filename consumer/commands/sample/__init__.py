"""SAMPLE: the first minute: publish a mixed sample, watch it, account for all of it."""
