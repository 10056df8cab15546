"""In a freshly forked guest: give up everything that the policy does not grant, in an order that cannot be undone."""

import ctypes
import glob
import os
import signal
import struct
import sys
import tempfile

from autograder.sandbox import landlock, rlimits, seccomp
from autograder.sandbox.policy import DEVICE_PATTERNS, DEVICES, ENVIRONMENT, READABLE, Policy

_CAPABILITY_VERSION_3 = 0x20080522
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38


def confine(policy: Policy, keep: int, scratch: str) -> dict[str, str]:
    """Confine this process. ``keep`` is the one descriptor that stays open, ``scratch`` the guest's own folder.

    Returns each mechanism with "applied" or "unavailable: why".
    """
    os.setsid()
    _only_descriptor(keep)
    os.environ.clear()
    os.environ.update({name: value.format(scratch=scratch) for name, value in ENVIRONMENT.items()})
    tempfile.tempdir = scratch  # the server may have looked for one already
    os.chdir(scratch)
    os.umask(0o077)
    report = {
        "descriptors": "applied",
        "environment": "applied",
        "no_new_privileges": _prctl(_PR_SET_NO_NEW_PRIVS, 1),
        "dies_with_server": _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL),
        "not_traceable": _prctl(_PR_SET_DUMPABLE, 0),
        "rlimits": rlimits.apply(policy),
    }
    if policy.confined:  # in this order, since each takes away what those before it need
        devices = [*DEVICES, *(path for pattern in DEVICE_PATTERNS for path in glob.glob(pattern))]
        report["landlock"] = landlock.apply(readable(), [scratch], devices)
        report["capabilities"] = _drop_capabilities()
        report["seccomp"] = seccomp.apply()
    return report


def readable() -> list[str]:
    """The paths that a confined guest may read."""
    return [path.format(prefix=sys.prefix, base_prefix=sys.base_prefix) for path in READABLE]


def _drop_capabilities() -> str:
    """Give up what root may do besides owning files; an ordinary user has nothing to give up."""
    header, nothing = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), bytes(24)
    if ctypes.CDLL(None, use_errno=True).capset(header, nothing):
        return f"unavailable: {os.strerror(ctypes.get_errno())}"
    return "applied"


def _only_descriptor(keep: int) -> None:
    """Close every descriptor but ``keep``; 0, 1 and 2 become /dev/null."""
    os.closerange(3, keep)
    os.closerange(keep + 1, os.sysconf("SC_OPEN_MAX") if keep < 2**16 else keep + 1)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)


def _prctl(option: int, value: int) -> str:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        return f"unavailable: {os.strerror(ctypes.get_errno())}"
    return "applied"
