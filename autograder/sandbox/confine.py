"""In a freshly forked guest: give up everything that the policy does not grant, in an order that cannot be undone."""

import ctypes
import os
import signal

from autograder.sandbox import rlimits
from autograder.sandbox.policy import ENVIRONMENT, Policy

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
    os.chdir(scratch)
    os.umask(0o077)
    return {
        "descriptors": "applied",
        "environment": "applied",
        "no_new_privileges": _prctl(_PR_SET_NO_NEW_PRIVS, 1),
        "dies_with_server": _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL),
        "not_traceable": _prctl(_PR_SET_DUMPABLE, 0),
        "rlimits": rlimits.apply(policy),
    }


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
