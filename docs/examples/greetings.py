"""Greet whoever signed up."""

from pydantic import BaseModel

from processors import Context, PermanentError, WorkflowEvent, processor


class SignUp(BaseModel):
    name: str


@processor("user.signed_up", policy="standard", timeout="10s")
async def greet(event: WorkflowEvent[SignUp], ctx: Context) -> dict[str, str]:
    if not event.payload.name:
        raise PermanentError("there is nobody to greet", code="INVALID_INPUT")
    return {"greeting": f"Hello, {event.payload.name}!"}
