"""What a guest may have too much of: it is stopped from outside, and the server survives what it left behind."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.remote.failures import StudentFailure
from autograder.remote.session import Session
from autograder.results import Outcome
from autograder.sandbox import watch
from autograder.sandbox.policy import Policy

Make = Callable[..., Session]

TOO_MUCH = {
    "threads": (
        "import threading, time\n"
        "def f():\n"
        "    threading.stack_size(2**16)\n"
        "    threads = [threading.Thread(target=time.sleep, args=(60,), daemon=True) for _ in range(100)]\n"
        "    for thread in threads: thread.start()\n"
        "    time.sleep(60)\n",
        "more than 64 threads",
        Outcome.CRASHED,
    ),
    "shared memory": (
        "import mmap\n"
        "def f():\n"
        "    kept = [mmap.mmap(-1, 2**26) for _ in range(40)]\n"
        "    while True:\n"
        "        for part in kept: part[::4096] = b'x' * (2**26 // 4096)\n",
        "used more than 256 MB of memory",
        Outcome.OUT_OF_MEMORY,
    ),
    "memory that is made read-only": (
        "import mmap, ctypes\n"
        "libc = ctypes.CDLL(None, use_errno=True)\nlibc.mmap.restype = ctypes.c_void_p\n"
        "def f():\n"
        "    while True:\n"
        "        part = libc.mmap(None, ctypes.c_size_t(2**24), 3, 0x22, -1, 0)\n"
        "        ctypes.memset(part, 1, 2**24)\n"
        "        libc.mprotect(ctypes.c_void_p(part), ctypes.c_size_t(2**24), 1)\n",
        "used more than 256 MB of memory",
        Outcome.OUT_OF_MEMORY,
    ),
    "a connection that is closed": (
        "import os\ndef f():\n    os.closerange(3, 256)\n    while True: pass\n",
        "it closed its connection and went on",
        Outcome.CRASHED,
    ),
    "files that are removed and open": (
        "import os\n"
        "def f():\n"
        "    kept = []\n"
        "    for n in range(20):\n"
        "        kept.append(open(f'{n}', 'wb', buffering=0)); kept[-1].write(b'x' * 2**25); os.remove(f'{n}')\n"
        "    while True: pass\n",
        "more than 256 MB in files",
        Outcome.CRASHED,
    ),
    "disk": (
        "def f():\n    for n in range(20): open(f'{n}', 'wb').write(b'x' * 2**25)\n    while True: pass\n",
        "more than 256 MB in files",
        Outcome.CRASHED,
    ),
    "files": (
        "def f():\n    for n in range(5000): open(f'{n}', 'w')\n    while True: pass\n",
        "more than 2000 files",
        Outcome.CRASHED,
    ),
    "folders, nested deeper than a path can be": (
        "import os\nname = 200 * 'a'\n"
        "def f():\n    for n in range(1500): os.mkdir(name); os.chdir(name)\n    while True: pass\n",
        "more than 2000 files",
        Outcome.CRASHED,
    ),
}


@pytest.mark.parametrize(("source", "message", "outcome"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_guest_with_too_much_is_stopped(guest_of: Make, source: str, message: str, outcome: Outcome) -> None:
    """Threads, shared memory, total disk and number of files have limits; the message says which was passed."""
    session = guest_of(source, memory_mb=256)
    with pytest.raises(StudentFailure, match=message) as failure:
        session.student.f()
    assert failure.value.outcome is outcome
    assert guest_of("def f(): return 1").student.f() == 1


def test_a_guest_within_its_limits_is_left_alone(guest_of: Make) -> None:
    """Some threads, files and shared memory are nobody's business."""
    source = (
        "import mmap, threading, time\n"
        "def f():\n"
        "    part = mmap.mmap(-1, 2**24); part[::4096] = b'x' * 2**12\n"
        "    for n in range(20): threading.Thread(target=time.sleep, args=(0.3,)).start()\n"
        "    for n in range(20): open(f'{n}', 'wb').write(b'x' * 2**20)\n"
        "    time.sleep(0.3)\n"
        "    return 1\n"
    )
    assert guest_of(source).student.f() == 1


def test_a_folder_is_removed_however_deep_it_is(tmp_path: Path) -> None:
    """Folders nested deeper than Python recurses, or than a path can be long, are removed; no link is followed."""
    outside, folder = tmp_path / "outside", tmp_path / "scratch"
    outside.mkdir()
    (outside / "kept").touch()
    folder.mkdir()
    script = "import os\nos.symlink('../outside', 'link')\nfor _ in range(3000): os.mkdir('a'); os.chdir('a')\n"
    subprocess.run([sys.executable, "-c", script], cwd=folder, check=True)
    watch.remove(str(folder))
    assert not folder.exists()
    assert (outside / "kept").exists()


def test_a_process_that_is_gone_has_nothing(tmp_path: Path) -> None:
    """Looking at a guest that has just ended is no error."""
    pid = subprocess.Popen([sys.executable, "-c", ""])
    pid.wait()
    assert watch.excess(pid.pid, str(tmp_path), Policy()) is None
    assert watch.excess(os.getpid(), str(tmp_path / "gone"), Policy(threads=10_000)) is None
