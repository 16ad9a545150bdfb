"""What is known of an exception that does not say itself what it means?

Known by the names of its type and of what that derives from, so that no client library is
imported here.
"""

from errno import EHOSTDOWN, EHOSTUNREACH, ENETDOWN, ENETUNREACH
from typing import Literal, NamedTuple

VerdictClass = Literal["transient", "permanent"]


class Verdict(NamedTuple):
    """What a failure is, and what decided it."""

    failure_class: VerdictClass
    code: str
    rule: str


_LIBRARY: dict[str, tuple[VerdictClass, str]] = {
    "TimeoutError": ("transient", "TIMEOUT"),
    "ConnectionError": ("transient", "NETWORK_ERROR"),
    "asyncio.IncompleteReadError": ("transient", "NETWORK_ERROR"),
    "socket.gaierror": ("transient", "NETWORK_ERROR"),
    "socket.herror": ("transient", "NETWORK_ERROR"),
    "ssl.SSLError": ("transient", "NETWORK_ERROR"),
    "urllib.URLError": ("transient", "NETWORK_ERROR"),
    # A mistake in the address, though httpx counts it among the errors of transport.
    "httpx.UnsupportedProtocol": ("permanent", "INVALID_CONFIG"),
    "httpx.TimeoutException": ("transient", "TIMEOUT"),
    "httpx.TransportError": ("transient", "NETWORK_ERROR"),
    "aiohttp.ClientConnectionError": ("transient", "NETWORK_ERROR"),
    "aiohttp.ClientPayloadError": ("transient", "NETWORK_ERROR"),
    "requests.Timeout": ("transient", "TIMEOUT"),
    "requests.ConnectionError": ("transient", "NETWORK_ERROR"),
    "redis.TimeoutError": ("transient", "TIMEOUT"),
    "redis.ConnectionError": ("transient", "NETWORK_ERROR"),
}
"""Errors of the standard library and of well-known clients, by top-level package and name."""

_PROGRAM: dict[str, str] = {
    "ImportError": "DEPENDENCY_MISSING",
    "TypeError": "EXECUTION_FAILED",
    "AttributeError": "EXECUTION_FAILED",
    "NameError": "EXECUTION_FAILED",
    "LookupError": "EXECUTION_FAILED",
    "ArithmeticError": "EXECUTION_FAILED",
    "AssertionError": "EXECUTION_FAILED",
    "NotImplementedError": "EXECUTION_FAILED",
    "SyntaxError": "EXECUTION_FAILED",
    "ValueError": "EXECUTION_FAILED",
}
"""Errors in a program or its data, which another attempt would repeat."""

_UNREACHABLE = frozenset({ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH})


def names_of(error: BaseException) -> tuple[str, ...]:
    """Return the names that *error* goes by, the most derived type's first.

    Each type by its bare name, its full one, and that of its top-level package:
    ``ConnectTimeout``, ``aiohttp.client_exceptions.ConnectTimeout``, ``aiohttp.ConnectTimeout``.
    """
    names: list[str] = []
    for kind in type(error).__mro__[:-1]:
        package = str(kind.__module__).partition(".")[0]
        full = f"{kind.__module__}.{kind.__qualname__}"
        names += (kind.__name__, full, f"{package}.{kind.__qualname__}")
    return tuple(dict.fromkeys(names))


def recognised(error: BaseException) -> Verdict | None:
    """Return what is known of errors like *error*; None where nothing is."""
    names = _packaged_names(error)
    for name in names:
        if name in _LIBRARY:
            return Verdict(*_LIBRARY[name], f"library:{name}")
    if isinstance(error, OSError) and error.errno in _UNREACHABLE:
        return Verdict("transient", "NETWORK_ERROR", f"library:OSError[{error.errno}]")
    # Of pydantic, jsonschema, marshmallow: some value is not what its reader accepts.
    if any(kind.__name__ == "ValidationError" for kind in type(error).__mro__):
        return Verdict("permanent", "INVALID_INPUT", "program:ValidationError")
    for name in names:
        if name in _PROGRAM:
            return Verdict("permanent", _PROGRAM[name], f"program:{name}")
    return None


def _packaged_names(error: BaseException) -> list[str]:
    """Return package and name of the types of *error*; of a builtin type the name alone."""
    names: list[str] = []
    for kind in type(error).__mro__:
        package = str(kind.__module__).partition(".")[0]
        within = "" if package == "builtins" else f"{package}."
        names.append(f"{within}{kind.__qualname__}")
    return names
