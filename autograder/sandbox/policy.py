"""What a guest may use, as data: one page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """Limits of one guest. ``memory_mb`` is what it may allocate beyond what it inherits from the warm server."""

    memory_mb: int = 2048
    file_mb: int = 64
    open_files: int = 256
    printed_kb: int = 16


# The whole environment of a guest; ``{scratch}`` is its own empty folder.
ENVIRONMENT = {
    "HOME": "{scratch}",
    "TMPDIR": "{scratch}",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "PATH": "/usr/bin:/bin",
}

# Libraries that the server imports before it serves; "warm" then uses once what torch would import lazily.
WARM_MODULES = (
    "torch",
    "numpy",
    "torchvision",
    "matplotlib.pyplot",
    "torchvision.transforms.v2",
    "autograder.remote.guest",
    "autograder.remote.probes",
)
GUEST_ENTRY = "autograder.remote.guest:main"
