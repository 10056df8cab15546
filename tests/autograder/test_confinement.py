"""What a confined guest cannot do, tried: files, other processes, the network, rights. And what it still can."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.remote.session import Session
from autograder.sandbox import landlock, seccomp
from autograder.sandbox.confine import readable
from autograder.sandbox.policy import Policy

Make = Callable[..., Session]
ROOT = Path(__file__).resolve().parents[2]

IMPORTS = "import os, sys, socket, ctypes, subprocess, signal, threading, resource, torch\n"


def tries(guest_of: Make, body: str) -> Any:
    """What a function of the student's with this body returns; the name of the OSError where it raises one."""
    lines = "\n        ".join(body.splitlines())
    caught = "    except OSError as error:\n        return type(error).__name__\n"
    return guest_of(f"{IMPORTS}def f():\n    try:\n        {lines}\n{caught}").student.f()


FILES = {
    "the hidden suites": str(ROOT / "tests" / "graded"),
    "the solutions": str(ROOT / "solutions"),
    "the package": str(ROOT / "autograder"),
    "the configuration": str(ROOT / "grading_config.yaml"),
    "the passwords": "/etc/passwd",
    "the temporary files of others": "/tmp",
    "the root folder": "/",
    "the processes of others": "/proc",
    "the judge's memory": f"/proc/{os.getpid()}/mem",
    "the judge's environment": f"/proc/{os.getpid()}/environ",
}


@pytest.mark.parametrize("path", FILES.values(), ids=FILES)
def test_files_outside_cannot_be_read(guest_of: Make, path: str) -> None:
    """Neither a file nor the names in a folder can be read outside the interpreter and its packages."""
    body = f"path = {path!r}\nreturn os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(10)"
    assert tries(guest_of, body) == "PermissionError"


def test_links_lead_nowhere(guest_of: Make) -> None:
    """A link made in the scratch folder does not open what it points to."""
    body = f"os.symlink({str(ROOT / 'grading_config.yaml')!r}, 'link')\nreturn open('link').read()"
    assert tries(guest_of, body) == "PermissionError"


@pytest.mark.parametrize("where", ["sys.prefix", "os.path.dirname(torch.__file__)", "'/tmp'", repr(str(ROOT))])
def test_files_outside_cannot_be_written(guest_of: Make, where: str) -> None:
    """Nothing can be made outside the scratch folder, not where the guest may read either."""
    assert tries(guest_of, f"open(os.path.join({where}, 'planted.py'), 'w')") == "PermissionError"
    assert tries(guest_of, f"os.mkdir(os.path.join({where}, 'planted'))") == "PermissionError"


CHANGES = (
    "os.chmod(torch.__file__, 0o777)",
    "os.utime(torch.__file__)",
    "os.remove(torch.__file__)",
    "os.truncate(torch.__file__, 0)",
    "os.rename(torch.__file__, 'mine')",
    "os.link(torch.__file__, 'mine')",
    "os.setxattr(torch.__file__, 'user.a', b'b')",
)


@pytest.mark.parametrize("call", CHANGES)
def test_files_that_it_may_read_cannot_be_changed(guest_of: Make, call: str) -> None:
    """What can be read cannot be removed, renamed, linked, truncated, or given other modes or times."""
    assert tries(guest_of, call) in ("PermissionError", "OSError")  # link and rename across folders: EXDEV
    assert Path(sys.modules["torch"].__file__ or "").is_file()


PROCESSES = {
    "fork": "os.fork()",
    "subprocess": "subprocess.run(['/bin/true'])",
    "exec": "os.execv('/bin/true', ['true'])",
    "posix_spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "a program of its own": "open('run', 'w').write('#!/bin/sh')\nos.execv('./run', ['run'])",
    "a signal to the judge": f"os.kill({os.getpid()}, 0)",
    "a signal to the server": "os.kill(os.getppid(), signal.SIGKILL)",
    "a signal to everybody": "os.kill(-1, signal.SIGKILL)",
    "a new session": "os.setsid()",
}


@pytest.mark.parametrize("body", PROCESSES.values(), ids=PROCESSES)
def test_other_processes_are_out_of_reach(guest_of: Make, body: str) -> None:
    """No process can be made, run or signalled."""
    assert tries(guest_of, body) == "PermissionError"


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_ALG"])
@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW"])
def test_no_socket_of_any_family(guest_of: Make, family: str, kind: str) -> None:
    """No socket can be opened."""
    assert tries(guest_of, f"socket.socket(socket.{family}, socket.{kind})") == "PermissionError"


def test_an_inherited_descriptor_would_be_of_no_use(guest_of: Make) -> None:
    """A server that listens on this machine is not reached, by name or by number."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert tries(guest_of, f"socket.create_connection({listening.getsockname()!r})") == "PermissionError"


SYSCALLS = {
    "ptrace": "101, 16, os.getppid(), 0, 0",
    "process_vm_readv": "310, os.getppid(), 0, 0, 0, 0, 0",
    "unshare": "272, 0x10000000",
    "mount": "165, 0, 0, 0, 0, 0",
    "bpf": "321, 0, 0, 0",
    "io_uring_setup": "425, 1, 0",
    "userfaultfd": "323, 0",
    "pidfd_open": "434, os.getppid(), 0",
    "setuid": "105, 0",
    "clone, as a process": "56, 17, 0, 0, 0, 0",
    "prctl, to outlive the server": "157, 1, 0, 0, 0, 0",
    "prctl, to be traceable": "157, 4, 1, 0, 0, 0",
    "prctl, with bits that the kernel ignores": "157, ctypes.c_ulong(1 | 1 << 32), 0, 0, 0, 0",
    "fcntl, to have a signal sent": "72, 0, 8, os.getppid()",
    "fcntl, to lease a file": "72, 0, 1024, 1",
    "ioctl, to own a connection's signals": "16, 3, 0x8901, ctypes.byref(ctypes.c_int(1))",
    "ioctl, to change the flags of a file": "16, 0, 0x40086602, ctypes.byref(ctypes.c_int(1))",
    "memfd_create": "319, b'x', 0",
    "setpriority": "141, 0, os.getppid(), 19",
    "sched_setaffinity": "203, os.getppid(), 8, b'\\1' * 8",
}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86-64")
@pytest.mark.parametrize("arguments", SYSCALLS.values(), ids=SYSCALLS)
def test_raw_system_calls_are_refused(guest_of: Make, arguments: str) -> None:
    """Going around Python and the C library helps nothing: the kernel answers EPERM."""
    body = f"libc = ctypes.CDLL(None, use_errno=True)\nreturn [libc.syscall({arguments}), ctypes.get_errno()]"
    assert tries(guest_of, body) == [-1, 1]


@pytest.mark.parametrize("number", [435, 463, 466, 469, 559], ids=["clone3", "setxattrat", "removexattrat", "", ""])
def test_calls_that_no_filter_can_judge_look_unknown(guest_of: Make, number: int) -> None:
    """A process cannot be made by ``clone3`` either, and what came with the newest kernels is not there."""
    body = f"libc = ctypes.CDLL(None, use_errno=True)\nreturn [libc.syscall({number}, 0, 0), ctypes.get_errno()]"
    assert tries(guest_of, body) == [-1, 38]


@pytest.mark.parametrize("limit", ["RLIMIT_DATA", "RLIMIT_NOFILE", "RLIMIT_FSIZE", "RLIMIT_CORE"])
def test_limits_cannot_be_lifted(guest_of: Make, limit: str) -> None:
    """Not even root can raise a limit again; reading one is fine."""
    call = f"resource.setrlimit(resource.{limit}, resource.getrlimit(resource.{limit}))"
    with pytest.raises(ValueError, match="not allowed"):  # so Python says EPERM here
        tries(guest_of, call)


def test_capabilities_are_gone(guest_of: Make) -> None:
    """Root in a guest has none of root's rights, and cannot get any."""
    body = (
        "lines = [line for line in open('/proc/self/status') if line.startswith(('CapEff', 'CapPrm', 'NoNewPrivs'))]\n"
        "return [line.split()[1] for line in lines]"
    )
    assert tries(guest_of, body) == ["0" * 16, "0" * 16, "1"]


def test_what_submissions_need_still_works(guest_of: Make) -> None:
    """Threads, files in the scratch folder, late imports, torch on several threads and its linear algebra all work."""
    body = (
        "import json, decimal, torch.nn.utils.prune, tempfile, sqlite3, matplotlib.pyplot as plt\n"
        "done = []\nthread = threading.Thread(target=lambda: done.append(1)); thread.start(); thread.join()\n"
        "torch.set_num_threads(2); torch.randn(500, 500) @ torch.randn(500, 500); torch.linalg.svd(torch.eye(50))\n"
        "with tempfile.NamedTemporaryFile('w') as file: file.write('x')\n"
        "os.mkdir('folder'); open('folder/note', 'w').write('x'); os.rename('folder/note', 'note'); os.remove('note')\n"
        "layer = torch.nn.Linear(3, 1); layer(torch.ones(2, 3)).sum().backward()\n"
        "torch.optim.Adam(layer.parameters()).step()\n"
        "plt.plot([1, 2]); plt.savefig('figure.png')\n"
        "return done + [os.path.getsize('figure.png') > 0]"
    )
    assert tries(guest_of, body) == [1, True]


def test_guests_cannot_meet(guest_of: Make) -> None:
    """What one guest writes, another neither finds nor reads, while both run."""
    first = guest_of(IMPORTS + "def f():\n    open('answer', 'w').write('42')\n    return os.getcwd(), os.getpid()\n")
    folder, pid = first.student.f()
    assert (Path(folder) / "answer").is_file()
    assert tries(guest_of, f"return open({folder + '/answer'!r}).read()") == "PermissionError"
    assert tries(guest_of, f"return os.listdir({str(Path(folder).parent)!r})") == "PermissionError"
    assert tries(guest_of, f"os.kill({pid}, 9)") == "PermissionError"
    assert first.student.f()[1] == pid


def test_a_guest_with_processes_left_is_possible_only_unconfined(fork_server: Any) -> None:
    """Without confinement a guest says so: the mechanisms are not reported as in force."""
    guest = fork_server.guest(Policy(confined=False))
    hello = bytes(guest.receive(60.0, 10_000))
    guest.end()
    assert b"landlock" not in hello
    assert b"rlimits" in hello


def test_the_course_is_not_readable() -> None:
    """No path that guests may read lies above this course."""
    assert not [path for path in readable() if ROOT.is_relative_to(Path(path).resolve())]


def test_a_missing_mechanism_says_so(tmp_path: Path) -> None:
    """Landlock that the kernel refuses (here: inside a filter that hides it) and a missing pyseccomp are reported."""
    script = (
        "import sys\nsys.modules['pyseccomp'] = None\n"
        "from autograder.sandbox import seccomp\nprint(seccomp.apply())\n"
        "sys.modules.pop('pyseccomp')\nimport pyseccomp, errno\n"
        "rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)\n"
        "rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), 'landlock_create_ruleset')\nrules.load()\n"
        "from autograder.sandbox import landlock\nprint(landlock.apply([], [], []))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    without_library, without_landlock = done.stdout.splitlines()
    assert without_library.startswith("unavailable: libseccomp or pyseccomp is missing")
    assert without_landlock.startswith("unavailable")


def test_confining_binds_only_who_asks() -> None:
    """This process, which started all those guests, is itself not bound, and runs as many threads as before."""
    assert Path("/etc/passwd").read_text()
    assert threading.active_count() < 50
    assert callable(landlock.apply)
    assert callable(seccomp.apply)


UNPRIVILEGED = ("unshare", "--user", "--map-user=1000", "--")
SUBMISSION = """
import os, torch
def f(path):
    open("mine", "w").write("x")
    torch.linalg.svd(torch.randn(9, 9))
    return os.getuid(), open(path).read()
"""
AS_A_USER = """
import sys
from autograder.remote.request import Loaded
from autograder.remote.session import Session
from autograder.sandbox.policy import Policy
from autograder.sandbox.spawn import ForkServer

server = ForkServer()
session = Session(lambda: server.guest(Policy()), Loaded("task", [("task.py", sys.argv[1])], 60.0))
session.begin(1, 60.0)
print(session.student.f("/proc/self/comm")[0], {state.split()[0] for state in session.mechanisms.values()})
try:
    session.student.f(sys.argv[2])
except PermissionError:
    print("refused")
session.close()
server.close()
"""


def _can_be_another_user() -> bool:
    return subprocess.run([*UNPRIVILEGED, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _can_be_another_user(), reason="this machine lets nobody make a user namespace")
def test_it_all_works_for_an_ordinary_user(tmp_path: Path) -> None:
    """A user without any right of root's gets guests under every mechanism, which compute and are refused alike."""
    (tmp_path / "secret").write_text("42")
    command = [*UNPRIVILEGED, sys.executable, "-c", AS_A_USER, SUBMISSION, str(tmp_path / "secret")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["1000 {'applied'}", "refused"], done.stderr


@pytest.mark.skipif(not _can_be_another_user(), reason="this machine lets nobody make a user namespace")
def test_a_path_that_the_user_cannot_reach_is_left_out(tmp_path: Path) -> None:
    """What an ordinary user could not read anyway does not stop Landlock from being applied."""
    closed = tmp_path / "closed"
    (closed / "inside").mkdir(parents=True)
    closed.chmod(0)
    script = "import sys\nfrom autograder.sandbox import landlock\nprint(landlock.apply([sys.argv[1]], [], []))"
    prctl = "import ctypes\nctypes.CDLL(None).prctl(38, 1, 0, 0, 0)\n"  # no new privileges: Landlock asks for it
    command = [*UNPRIVILEGED, sys.executable, "-c", prctl + script, str(closed / "inside")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    closed.chmod(0o700)
    assert done.stdout.startswith("applied")
