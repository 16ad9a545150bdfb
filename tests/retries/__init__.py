"""PROVES: a failing event waits durably and in order, and nobody else waits with it."""
