"""What no kernel mechanism counts for an ordinary process, looked at from outside now and then: threads, shared memory,
and how much lies in a guest's scratch folder, which is removed here too."""

import errno
import os
import subprocess
from pathlib import Path

from autograder.sandbox.policy import Policy

EVERY_SECONDS = 0.05
MIB = 2**20


def memory_of(pid: int | str) -> tuple[int, int]:
    """Bytes of memory that belong to a process, shared memory included, and how many threads it has. ``OSError`` where
    it is gone."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    values = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    kilobytes = sum(int(values.get(name, "0").split()[0]) for name in ("RssAnon", "RssShmem"))
    return 1024 * kilobytes, int(values.get("Threads", "0"))


def excess(pid: int, scratch: str, policy: Policy, inherited: int = 0) -> str | None:
    """Of what a running guest has more than ``policy`` allows: "threads", "memory", "disk" or "files"; else None.

    ``inherited`` are the bytes of memory that it shares with its server. Between two looks it can take more. How much
    more is bounded by what it can do in ``EVERY_SECONDS``.
    """
    try:
        memory, threads = memory_of(pid)
    except OSError:
        return None  # it is gone
    if threads > policy.threads:
        return "threads"
    if memory - inherited > policy.memory_mb * MIB:
        return "memory"
    return _stored_too_much(scratch, _removed(pid), policy)


def _removed(pid: int) -> int:
    """Bytes in files that were removed and are still open. An ordinary user may not look, and sees none."""
    size = 0
    try:
        with os.scandir(f"/proc/{pid}/fd") as entries:
            for entry in entries:
                found = entry.stat()
                size += found.st_blocks * 512 * (found.st_nlink == 0)
    except OSError:
        return size
    return size


def _stored_too_much(folder: str, size: int, policy: Policy) -> str | None:
    """Whether files, or their total size on disk, are beyond the limits; stops counting as soon as they are."""
    if size > policy.disk_mb * MIB:
        return "disk"
    files, folders = 0, [folder]
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
            if error.errno in (errno.ENAMETOOLONG, errno.EACCES):
                return "files"  # nested so deep, or closed, that it cannot be looked at
            continue  # it was removed meanwhile
    return None


def remove(folder: str) -> None:
    """Remove a guest's folder, whatever it left there: ``rm`` follows no link and goes as deep as it must."""
    try:
        os.rmdir(folder)  # nearly always it is empty
    except OSError:
        for command in (["/bin/chmod", "-R", "u+rwx"], ["/bin/rm", "-rf"]):
            subprocess.run([*command, "--", folder], stderr=subprocess.DEVNULL, check=False)
