"""Which partition dedups the id of an event without a key?

Such events are spread over all partitions by their producers, so two of one id may lie in two of
them.  Every owner works out the same home from the dedup key alone.
"""

from xxhash import xxh3_64_intdigest


def home_of(dedup_key: str, partitions: int) -> int:
    """Return the number of the home partition, of as many as the input has."""
    return int(xxh3_64_intdigest(dedup_key.encode())) % partitions
