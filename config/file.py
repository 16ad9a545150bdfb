"""What does the settings file say, and on which line?"""

import os
from pathlib import Path

import yaml

from config.problems import Problem
from config.reading import KeyPath, Reading

CONFIG_VARIABLE = "EVERONCE_CONFIG"
"""Names the file, where the command line does not."""


def read_file(path: Path) -> Reading:
    """Return the settings in the YAML file at *path*."""
    reading = Reading()
    try:
        with path.open("rb") as stream:
            _read_document(yaml.SafeLoader(stream), os.fspath(path), reading)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        remedy = (
            f"cannot be read ({reason}): check {CONFIG_VARIABLE}, or the path on the command line"
        )
        reading.problems.append(Problem(os.fspath(path), remedy))
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark is not None else os.fspath(path)
        reason = getattr(error, "problem", None) or str(error)
        reading.problems.append(Problem(place, f"is not YAML ({reason}): mend the file"))
    return reading


def _read_document(loader: yaml.SafeLoader, name: str, reading: Reading) -> None:
    root = loader.get_single_node()
    if root is None or root.tag == "tag:yaml.org,2002:null":
        return
    if not isinstance(root, yaml.MappingNode):
        remedy = "holds no sections: begin with a line such as kafka:"
        reading.problems.append(Problem(f"{name}:{root.start_mark.line + 1}", remedy))
        return
    _Lines(loader, name, reading).visit(root, ())
    values = loader.construct_document(root)
    reading.values = {str(section): _section(content) for section, content in values.items()}


def _section(content: object) -> object:
    """Return the keys of a section as text: YAML reads on, no and 1 as something else."""
    if content is None:
        return {}
    return (
        {str(key): value for key, value in content.items()}
        if isinstance(content, dict)
        else content
    )


class _Lines:
    """Where each key stands; a key that stands twice is a problem."""

    def __init__(self, loader: yaml.SafeLoader, name: str, reading: Reading) -> None:
        self._loader = loader
        self._name = name
        self._reading = reading
        self._seen: set[int] = set()

    def visit(self, node: yaml.Node, path: KeyPath) -> None:
        """Note the lines below *node*; what an alias repeats keeps the line of its anchor."""
        if not isinstance(node, yaml.MappingNode) or id(node) in self._seen:
            return
        self._seen.add(id(node))
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            line = key_node.start_mark.line + 1
            # As the value will have it: YAML reads on and 0x1 as something else than is written.
            scalar = isinstance(key_node, yaml.ScalarNode)
            key = str(self._loader.construct_object(key_node) if scalar else key_node.value)
            if key in lines:
                self._reading.problems.append(
                    Problem(
                        ".".join((*path, key)),
                        f"stands here and in line {lines[key]}: remove one",
                        f"{self._name}:{line}",
                    ),
                )
            lines[key] = line
            self._reading.origins[*path, key] = f"{self._name}:{line}"
            self.visit(value_node, (*path, key))
