"""What a guest may read and write (Landlock): an unprivileged process binds itself, for good.

The rights of every ABI that is known here are handled where the kernel has them; an older kernel handles fewer.
Source: the kernel's userspace-api documentation of Landlock.
"""

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterable, Sequence

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1

# Rights to files, by the ABI that brought them; each is the next bit.
_FS_BITS = {1: 13, 2: 14, 3: 15, 5: 16}
_READ_FILE, _READ_DIR, _WRITE_FILE, _TRUNCATE, _IOCTL = 1 << 2, 1 << 3, 1 << 1, 1 << 14, 1 << 15
_READ = _READ_FILE | _READ_DIR
_NOT_IN_SCRATCH = (1 << 0) | (1 << 6) | (1 << 9) | (1 << 11)  # execute; make devices and sockets
_ON_FILES = _READ_FILE | _WRITE_FILE | _TRUNCATE | _IOCTL
_TCP = 0b11  # bind and connect, from ABI 4
_SCOPES = 0b11  # abstract sockets and signals, from ABI 6


def apply(read: Sequence[str], write: Sequence[str], devices: Iterable[str]) -> str:
    """Allow reading below ``read``, reading and writing below ``write`` (nothing there can be executed), and using
    ``devices``; forbid every other file, TCP, abstract sockets and signals to processes outside.

    Paths that do not exist, or that this user cannot reach, are left out. Returns "applied (ABI n)" or why not.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    abi = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)
    if abi < 1:
        return f"unavailable: {os.strerror(ctypes.get_errno())}"
    handled = (1 << max(bits for first, bits in _FS_BITS.items() if first <= abi)) - 1
    fields = [handled] + [_TCP] * (abi >= 4) + [_SCOPES] * (abi >= 6)
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    ruleset = libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return f"unavailable: {os.strerror(ctypes.get_errno())}"
    try:
        rights = {path: _READ for path in read}
        rights.update(dict.fromkeys(devices, _ON_FILES))
        rights.update(dict.fromkeys(write, handled & ~_NOT_IN_SCRATCH))
        for path, allowed in rights.items():
            with contextlib.suppress(FileNotFoundError, PermissionError):
                _allow(libc, ruleset, path, allowed & handled)
        if libc.syscall(_RESTRICT_SELF, ruleset, 0):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    except OSError as error:
        return f"unavailable: {error}"
    finally:
        os.close(ruleset)
    return f"applied (ABI {abi})"


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    """Grant rights below one path; a file, unlike a folder, takes only the rights that files have."""
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        is_folder = os.path.isdir(path)
        rule = struct.pack("=Qi", rights if is_folder else rights & _ON_FILES, descriptor)
        if libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0):
            raise OSError(ctypes.get_errno(), f"{os.strerror(ctypes.get_errno())}: {path}")
    finally:
        os.close(descriptor)
