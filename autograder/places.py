"""Where this package keeps what it may lose: data that it generated, the page of a student's last check."""

import os
from pathlib import Path


def cache() -> Path:
    """The folder ``autograder`` in the user's cache; it need not exist."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "autograder"
