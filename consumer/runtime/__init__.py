"""ACTS: asyncio; the partition session, lanes, attempts, commit, drain; knows ports, not Kafka."""
