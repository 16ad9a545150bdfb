"""Which record is an output of?"""

from consumer.core.record import Headers, Record

SOURCE_HEADER = "everonce-source"


def source_header(record: Record) -> Headers:
    """Return the headers that say which record an output is of."""
    source = f"{record.topic}/{record.partition}/{record.offset}"
    return [(SOURCE_HEADER, source.encode())]
