"""What cannot be done at the desk?

::

    DeskError                -> say so; the message says what to do
    +-- PartitionMissingError
    +-- StateUnreadableError
    +-- LetterMissingError
    +-- AmbiguousNameError
    +-- SourceMissingError
    +-- NoRunError          (consumer.desk.acts)
"""


class DeskError(Exception):
    """What was asked of the desk cannot be done; the message says why, and what to do."""


class PartitionMissingError(DeskError):
    """The topic has no partition of that number."""


class StateUnreadableError(DeskError):
    """A record of the state topic is none that this Everonce can read."""


class LetterMissingError(DeskError):
    """The dead-letter topic has no such letter."""


class AmbiguousNameError(DeskError):
    """Several letters have names that begin so."""


class SourceMissingError(DeskError):
    """The record that a letter is about does not stand in its log any more."""
