"""Which record is an output of?"""

from consumer.core.record import Headers, Record

SOURCE_HEADER = "everonce-source"


def source_header(record: Record) -> Headers:
    """Return the headers that say which record an output is of."""
    return headers_of(source_prefix(record.topic, record.partition), record.offset)


def source_prefix(topic: str, partition: int) -> bytes:
    """Return what the sources of a partition's records have in common."""
    return f"{topic}/{partition}/".encode()


def headers_of(prefix: bytes, offset: int) -> Headers:
    """Return the headers of an output of the record at *offset*; *prefix* is its partition's."""
    return [(SOURCE_HEADER, b"%b%d" % (prefix, offset))]
