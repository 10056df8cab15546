"""Resource limits of a guest (setrlimit), applied by the guest to itself before any of the student's code."""

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
