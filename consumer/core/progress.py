"""What does a partition's ledger remember of itself?

One record under a reserved key, part of every group commit: where its owner has got to, by which
rules it was written, and whether the last owner ended cleanly.
"""

from dataclasses import asdict, dataclass

import orjson

from consumer.core.offsets import LastRead

VERSION = 1
MIN_READER = 1
"""Oldest version of Everonce's ledger that may read what this one writes."""


class LedgerTooNewError(ValueError):
    """The ledger was written by an Everonce whose entries this one would misread."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of one shard as of its last commit."""

    group: str
    topic: str
    """The input topic."""
    lineage: str
    """Random, made when the shard began: a ledger in memory of another lineage is dropped."""
    template: str
    """Dedup key template that the entries were made with."""
    next_input: int
    """Next input offset to read."""
    next_control: int
    """Next control offset to read."""
    last_offset: int | None = None
    """Newest input record below next_input."""
    last_timestamp: int | None = None
    """Its timestamp, milliseconds since the epoch."""
    clean: bool = False
    """Whether the owner ended by itself, with no attempt cut off."""
    gap_free: bool = False
    """Whether nothing at or above next_input was read: no later record is settled already."""
    instance: str = ""
    """The process that wrote it."""
    epoch: int = 0
    """Counts the sessions of this partition."""
    next_seq: int = 0
    """The next parked event's place in its lane."""
    died: tuple[int, ...] = ()
    """Epochs of the sessions that ended with their process; see ``consumer.core.quarantine``."""
    suspect_input: int = 0
    """Input records below it may have been in flight at the last death."""
    suspect_seq: int = 0
    """Parked events with a lower seq may have been running at the last death."""

    @property
    def last(self) -> LastRead | None:
        """The newest input record below next_input, where one is known."""
        if self.last_offset is None or self.last_timestamp is None:
            return None
        return LastRead(self.last_offset, self.last_timestamp)


def encode_progress(progress: Progress) -> bytes:
    """Return *progress* as it is written."""
    return orjson.dumps({"v": VERSION, "min_reader": MIN_READER, **asdict(progress)})


def decode_progress(value: bytes) -> Progress:
    """Return the progress in *value*.

    Raises:
        LedgerTooNewError: Its writer asks for a newer reader.
    """
    document = orjson.loads(value)
    if document["min_reader"] > VERSION:
        raise LedgerTooNewError(
            f"the ledger asks for readers of version {document['min_reader']} or newer, this is "
            f"version {VERSION}: run the newer Everonce that wrote it",
        )
    names = Progress.__slots__
    known = {name: document[name] for name in names if name in document}
    return Progress(**known | {"died": tuple(known.get("died", ()))})
