"""Run one command, watch it from outside, and say what it left: ``python warden.py JOB.json``, a program of its own.

It adopts every process that the command leaves behind (``PR_SET_CHILD_SUBREAPER``), so that none can hide, and ends
them all before it ends. Time and memory are of the whole tree; memory is proportional set size, so that pages that
processes share count once.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_STEP_S = 0.5


def descendants(root: int) -> list[int]:
    """The processes below this one, as ``/proc`` shows them, without those that have ended."""
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] not in "ZX":
                parents[int(entry)] = int(fields[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def memory_mb(pids: list[int]) -> float:
    """What these processes use together, in MB; shared pages count once."""
    total = 0
    for pid in pids:
        try:
            lines = Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def end(pids: list[int]) -> None:
    """Kill these processes and bury those that are ours to bury."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                return
        except ChildProcessError:
            return


def watch(job: dict[str, object]) -> dict[str, object]:
    """Run the job's command within its caps; returns what was seen."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))
    try:
        with open(str(job["output"]), "wb") as output:
            child = subprocess.Popen(
                job["command"], cwd=job["cwd"], env=job["env"], stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        report = _until_done(child, float(str(job["cap_s"])), float(str(job["cap_mb"])))
        deadline = time.monotonic() + float(str(job["grace_s"]))
        while (left := descendants(os.getpid())) and not report["stopped"] and time.monotonic() < deadline:
            time.sleep(0.1)
        return report | {"survivors": 0 if report["stopped"] else len(left)}
    finally:
        while left := descendants(os.getpid()):
            end(left)
            time.sleep(0.05)


def _until_done(child: subprocess.Popen[bytes], cap_s: float, cap_mb: float) -> dict[str, object]:
    """Wait for the command, or stop it and all that it started where it goes past a cap."""
    began, peak, stopped = time.monotonic(), 0.0, ""
    while child.poll() is None and not stopped:
        peak = max(peak, memory_mb(descendants(os.getpid())))
        if peak > cap_mb:
            stopped = "memory"
        elif time.monotonic() - began > cap_s:
            stopped = "time"
        else:
            time.sleep(_STEP_S)
    status = None if stopped else child.returncode
    return {"status": status, "seconds": round(time.monotonic() - began, 1), "peak_mb": round(peak), "stopped": stopped}


if __name__ == "__main__":
    print(json.dumps(watch(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
