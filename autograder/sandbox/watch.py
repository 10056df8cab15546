"""What no kernel mechanism counts for an ordinary process, looked at from outside now and then: threads, shared memory,
and how much lies in a guest's scratch folder, which is removed here too."""

import errno
import os
import subprocess
from pathlib import Path

from autograder.sandbox.policy import Policy

EVERY_SECONDS = 0.05
MIB = 2**20


def excess(pid: int, scratch: str, policy: Policy) -> str | None:
    """Of what a running guest has more than ``policy`` allows: "threads", "memory", "disk" or "files"; else None.

    Between two looks it can take more. How much more is bounded by what it can do in ``EVERY_SECONDS``.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None  # it is gone
    values = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    if int(values.get("Threads", "0")) > policy.threads:
        return "threads"
    if int(values.get("RssShmem", "0").split()[0]) * 1024 > policy.memory_mb * MIB:
        return "memory"
    return _stored_too_much(scratch, policy)


def _stored_too_much(folder: str, policy: Policy) -> str | None:
    """Whether files, or their total size on disk, are beyond the limits; stops counting as soon as they are."""
    files, size, folders = 0, 0, [folder]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    files += 1
                    found = entry.stat(follow_symlinks=False)
                    size += found.st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    if files > policy.files or size > policy.disk_mb * MIB:
                        return "files" if files > policy.files else "disk"
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return "files"  # nested so deep that it cannot be looked at
            continue  # it was removed meanwhile
    return None


def remove(folder: str) -> None:
    """Remove a guest's folder, whatever it left there: ``rm`` follows no link and goes as deep as it must."""
    try:
        os.rmdir(folder)  # nearly always it is empty
    except OSError:
        subprocess.run(["/bin/rm", "-rf", "--", folder], stderr=subprocess.DEVNULL, check=False)
