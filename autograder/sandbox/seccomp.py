"""What a guest may ask of the kernel (seccomp, by libseccomp): everything but what ``policy`` names."""

import ctypes
import errno
import functools
import os
import tempfile
from typing import TYPE_CHECKING

from autograder.sandbox.policy import FORBIDDEN_CALLS, FORBIDDEN_OPTIONS, FORBIDDEN_TO_OTHERS, NEWEST_CALLS

if TYPE_CHECKING:
    import pyseccomp

_CLONE_THREAD = 0x00010000
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_INSTRUCTION = 8  # bytes


class _Program(ctypes.Structure):
    """``struct sock_fprog``: a filter as the kernel takes it."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def apply() -> str:
    """Load the filters, for good and for all threads to come; returns "applied" or why not.

    Forbidden calls fail with EPERM, as they would for lack of rights. Threads stay possible, processes do not:
    ``clone3``, whose flags a filter cannot see, looks unknown, so that the C library falls back on ``clone``.
    """
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError) as error:
        return f"unavailable: libseccomp or pyseccomp is missing ({error}); install libseccomp2"
    try:
        own = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        for name in FORBIDDEN_TO_OTHERS:
            _add(own, pyseccomp.ERRNO(errno.EPERM), name, pyseccomp.Arg(0, pyseccomp.NE, os.getpid()))
        own.load()
        _load(compiled())
    except OSError as error:
        return f"unavailable: {error}"
    return "applied"


@functools.cache
def compiled() -> bytes:
    """The filter that is the same in every guest. Compiling takes milliseconds, so the server does it once, and guests
    inherit it. Raises ``OSError``, and ``ImportError`` where pyseccomp is missing."""
    import pyseccomp

    deny = pyseccomp.ERRNO(errno.EPERM)
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in FORBIDDEN_CALLS:
        _add(rules, deny, name)
    for name, argument, options in FORBIDDEN_OPTIONS:
        for option in options:
            # The kernel reads 32 bits of it; comparing all 64 would let ``option | 1 << 32`` pass.
            _add(rules, deny, name, pyseccomp.Arg(argument, pyseccomp.MASKED_EQ, 0xFFFFFFFF, option))
    _add(rules, deny, "prlimit64", pyseccomp.Arg(2, pyseccomp.NE, 0))
    _add(rules, deny, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, 0))
    _add(rules, pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    for number in NEWEST_CALLS:
        rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), number)
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _load(program: bytes) -> None:
    """Bind this process to a compiled filter. Raises ``OSError``."""
    libc = ctypes.CDLL(None, use_errno=True)
    filters = _Program(len(program) // _INSTRUCTION, program)
    if libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(filters), 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _add(rules: "pyseccomp.SyscallFilter", action: int, name: str, *args: "pyseccomp.Arg") -> None:
    """Add a rule for a call that this architecture, and this libseccomp, knows."""
    import pyseccomp

    if pyseccomp.resolve_syscall(pyseccomp.system_arch(), name) >= 0:
        rules.add_rule(action, name, *args)
