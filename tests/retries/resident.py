"""How much memory does a process have?"""

import subprocess


def resident_bytes(pid: int) -> int:
    """Return its resident set; ``ps`` knows it on Linux and on macOS."""
    found = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=True, text=True
    )
    return int(found.stdout) * 1024
