"""Parts of other packages that nothing of ours uses, left out for the seconds that their import takes."""

import sys
from typing import Any

TRITON = "triton"
"""Torch's compiler for GPUs; it also reports leaks of its own at the end of every run."""
IRIS = "rfc3987_syntax"
"""What jsonschema checks internationalized addresses with, which no notebook holds; it compiles its grammar anew in
every process."""


def leave_out(name: str) -> None:
    """Have later imports of this module fail in this process. Does nothing where it is imported already."""
    modules: dict[str, Any] = sys.modules
    modules.setdefault(name, None)  # as Python documents it: an import then fails
