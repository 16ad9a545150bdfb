"""BUSINESS: what is done with each kind of event; knows nothing of Kafka.

Authors import what they need from here, and nothing else::

    from processors import Context, PermanentError, WorkflowEvent, processor
"""

from processors.contract import (
    Context,
    PermanentError,
    ProcessorError,
    RetryAfter,
    TransientError,
    WorkflowEvent,
)
from processors.registration import processor

__all__ = [
    "Context",
    "PermanentError",
    "ProcessorError",
    "RetryAfter",
    "TransientError",
    "WorkflowEvent",
    "processor",
]
