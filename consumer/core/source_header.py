"""Which record is an output of?"""

from consumer.core.record import Headers, Record, source_of

SOURCE_HEADER = "everonce-source"


def source_header(record: Record) -> Headers:
    """Return the headers that say which record an output is of."""
    return ((SOURCE_HEADER, source_of(record).encode()),)
