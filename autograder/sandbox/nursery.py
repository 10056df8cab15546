"""Start fork servers: one alone, or one that warms up for many judges and is forked for each of them, so that they
share its memory, and the seconds that warming up takes."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Passed on to the server because CUDA and the dynamic linker need them; the guest's environment is emptied.
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "LANG", "SYSTEMROOT")
_ONE_THREAD = {
    name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
}
# The server's memory in huge pages: a fork then copies a hundred times fewer entries of page tables, which would cost
# more than all else about a guest. What Python allocates lies there, too, where the C library allocates it. Other C
# libraries than glibc, and kernels without such pages, take no notice.
_HUGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", "PYTHONMALLOC": "malloc"}
_LONGEST = 80  # bytes of a folder for temporary files: the path of a socket has 107 at most


def launch(*sockets: socket.socket) -> subprocess.Popen[bytes]:
    """Start ``sandbox.server`` on its ends of these sockets, which are closed here."""
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    descriptors = [end.fileno() for end in sockets]
    process = subprocess.Popen(
        # -s and -P: nothing of the user's is imported; what the environment says is said here
        [sys.executable, "-s", "-P", "-m", "autograder.sandbox.server", *map(str, descriptors)],
        pass_fds=descriptors, env=environment | _ONE_THREAD | _HUGE_PAGES, stdin=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    for end in sockets:
        end.close()
    return process


@contextlib.contextmanager
def nursery() -> Iterator[Path]:
    """Where this user's judges get their servers meanwhile (``born``). It warms up; who comes early waits for that."""
    usual = tempfile.gettempdir()
    short = usual if len(os.fsencode(usual)) <= _LONGEST else "/tmp"
    folder = tempfile.mkdtemp(prefix="autograder-", dir=short)  # which nobody else may enter
    try:
        place = Path(folder) / "nursery"
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(str(place))
        listener.listen(1024)
        ours, theirs = socket.socketpair()
        process = launch(listener, theirs)
        try:
            with ours:  # should this process be killed, that tells it
                yield place
        finally:
            process.kill()  # it may still be warming up; the servers that it has borne end with their judges
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def born(place: Path) -> socket.socket | None:
    """The judge's end of a new server's socket; None where the nursery is gone."""
    control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        control.connect(str(place))
    except OSError:
        control.close()
        return None
    return control
