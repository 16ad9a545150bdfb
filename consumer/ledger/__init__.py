"""REMEMBERS: the stores of the ledger."""
