"""What does the Dockerfile say, instruction by instruction?"""

import json
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Instruction(NamedTuple):
    """One instruction, its continued lines joined."""

    name: str
    arguments: str


def instructions() -> list[Instruction]:
    """Return the instructions in order, comments left out."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    code = "\n".join(line for line in lines if not line.startswith("#"))
    joined = code.replace("\\\n", " ").splitlines()
    return [Instruction(*line.split(maxsplit=1)) for line in joined if line.strip()]


def final_stage() -> list[Instruction]:
    """Return the instructions of the image that is shipped."""
    every = instructions()
    last = max(number for number, each in enumerate(every) if each.name == "FROM")
    return every[last:]


def environment() -> dict[str, str]:
    """Return the variables that the image sets."""
    pairs = (
        pair.split("=", 1)
        for each in final_stage()
        if each.name == "ENV"
        for pair in each.arguments.split()
    )
    return dict(pairs)


def healthcheck() -> list[str]:
    """Return the command that asks a container whether it lives."""
    (check,) = (each for each in final_stage() if each.name == "HEALTHCHECK")
    return [str(word) for word in json.loads(check.arguments.split(" CMD ")[1])]
