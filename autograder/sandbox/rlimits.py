"""Resource limits (setrlimit): a guest's, which it sets itself before any student code, and the judge's memory."""

import resource
from pathlib import Path

from autograder.sandbox.policy import Policy

MIB = 2**20


def apply(policy: Policy) -> str:
    """Set every limit, hard and soft; returns "applied" or why not.

    Memory is limited by RLIMIT_DATA (private writable memory), since RLIMIT_AS would break CUDA, counted from what the
    guest has inherited from its server.
    """
    data = _data_in_use() + policy.memory_mb * MIB
    limits = {
        resource.RLIMIT_DATA: data,
        resource.RLIMIT_FSIZE: policy.file_mb * MIB,
        resource.RLIMIT_NOFILE: policy.open_files,
        resource.RLIMIT_CORE: 0,
    }
    try:
        for which, value in limits.items():
            _, hard = resource.getrlimit(which)
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(which, (value, value))
    except (ValueError, OSError) as error:
        return f"unavailable: {error}"
    return "applied"


def limit_memory(more_mb: int) -> None:
    """Let this process take so much private memory beyond what it has, from now on; torch then raises ``RuntimeError``.

    A suite that broadcasts what a student returned would otherwise fill the machine. The limit is soft: set again, it
    moves, and what this process starts can have another.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    value = _data_in_use() + more_mb * MIB
    resource.setrlimit(resource.RLIMIT_DATA, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _data_in_use() -> int:
    """Bytes of private writable memory of this process (VmData); 0 where the kernel does not say."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0
