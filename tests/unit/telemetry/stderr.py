"""Standard error, as it will be read."""

import io
import json
from typing import Any


class Written(io.BytesIO):
    """A stream that can be asked what was written to it."""

    def text(self) -> str:
        return self.getvalue().decode()

    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]

    def entry(self) -> dict[str, Any]:
        (only,) = self.entries()
        return only
