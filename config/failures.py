"""What does a failure mean: is another attempt worth while?"""

from typing import Annotated, Literal

from pydantic import AfterValidator

from config.policies import Frozen
from config.values import ErrorCodeName, check_match


class ClassificationRule(Frozen):
    """An operator's word on what a failure means."""

    match: Annotated[str, AfterValidator(check_match)]
    """Exception name, error code, or /pattern/ searched in the message."""

    classify: Literal["transient", "permanent"]
    """What such a failure is."""

    code: ErrorCodeName | None = None
    """Error code it gets, in place of its own."""


class ClassificationSettings(Frozen):
    """What failures mean."""

    default: Literal["transient", "permanent"] = "transient"
    """What a failure is that nothing else recognised."""

    rules: tuple[ClassificationRule, ...] = ()
    """Looked at in order, after what the exception itself says; permanent ones first."""
