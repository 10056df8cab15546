"""Guests: forked in milliseconds from a server that knows nothing, held to limits, ended without a trace."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import GraderError
from autograder.remote.session import Session
from autograder.results import Outcome
from autograder.sandbox import pages
from autograder.sandbox.pipe import BadFrame, GuestDied
from autograder.sandbox.policy import Policy
from autograder.sandbox.spawn import ForkServer

Make = Callable[..., Session]


def answer_of(guest_of: Make, body: str, **options: Any) -> Any:
    """What a function of the student's with this body returns."""
    return guest_of(f"import os, sys, resource\ndef f():\n    {body}\n", **options).student.f()


def _comes_true(holds: Callable[[], bool]) -> bool:
    """Whether something that the kernel does on its own happens within ten seconds."""
    limit = time.monotonic() + 10
    while not holds() and time.monotonic() < limit:
        time.sleep(0.005)
    return holds()


def _runs(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    try:
        return "Z (zombie)" not in status.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_guest_says_what_confines_it(guest_of: Make) -> None:
    """Every mechanism reports itself, and all of them are in force on this machine."""
    session = guest_of("def f(): pass")
    session.student.f()
    names = {"descriptors", "environment", "no_new_privileges", "dies_with_server", "not_traceable", "rlimits"}
    assert {*session.mechanisms} == names | {"landlock", "capabilities", "seccomp"}
    assert all(state.startswith("applied") for state in session.mechanisms.values())


def test_a_guest_inherits_one_descriptor(guest_of: Make) -> None:
    """Besides /dev/null on 0, 1 and 2 a guest has its pipe and nothing else."""
    body = (
        "names = [f'/proc/self/fd/{fd}' for fd in range(256)]\n"
        "    return [os.path.realpath(name) for name in names if os.path.lexists(name)]"
    )
    found = answer_of(guest_of, body)
    kinds = sorted(target.rpartition("/")[2].partition(":")[0] for target in found)
    assert kinds == ["null", "null", "null", "socket"]


def test_a_guest_has_an_environment_of_its_own(guest_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the judge's environment, arguments or folder reaches a guest."""
    monkeypatch.setenv("AUTOGRADER_SECRET", "do-not-tell")
    environment, folder, files = answer_of(guest_of, "return dict(os.environ), os.getcwd(), os.listdir('.')")
    assert "do-not-tell" not in str(environment)
    assert sorted(environment) == ["HOME", "LANG", "MPLBACKEND", "OMP_NUM_THREADS", "PATH", "TMPDIR"]
    assert environment["HOME"] == folder
    assert files == []


def test_scratch_folders_are_private_and_go_with_their_guest(guest_of: Make) -> None:
    """Each guest has an empty folder of its own, which is gone when the guest is."""
    session = guest_of("import os\ndef f():\n    open('note', 'w').write('x')\n    return os.getcwd()\n")
    folder = Path(session.student.f())
    assert (folder / "note").is_file()
    assert folder.stat().st_mode & 0o077 == 0
    session.close()
    assert _comes_true(lambda: not folder.exists())


def test_limits_are_in_force(guest_of: Make) -> None:
    """File size, open files and core dumps are limited, hard."""
    body = (
        "kinds = (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)\n"
        "    return [resource.getrlimit(kind)[1] for kind in kinds]"
    )
    policy = Policy()
    assert answer_of(guest_of, body) == [policy.file_mb * 2**20, policy.open_files, 0]


def test_threads_of_torch_do_not_multiply(guest_of: Make) -> None:
    """A guest computes on one thread, so that as many guests as cores share the machine."""
    assert answer_of(guest_of, "import torch; return torch.get_num_threads()") == 1


def test_processes_a_guest_started_end_with_it(guest_of: Make) -> None:
    """A child that an unconfined submission forks is gone when its guest is."""
    body = "pid = os.fork()\n    while not pid: pass\n    return pid"
    session = guest_of(f"import os\ndef f():\n    {body}\n", confined=False)
    pid = session.student.f()
    assert Path(f"/proc/{pid}").exists()
    session.close()
    assert _comes_true(lambda: not _runs(pid))


def test_guests_die_with_their_server() -> None:
    """Killing the server kills every guest, and the judge is told that the fault is ours."""
    server = ForkServer()
    guest = server.guest(Policy())
    guest.receive(60.0, 10_000)
    server._process.send_signal(signal.SIGKILL)
    with pytest.raises((GuestDied, GraderError)):
        guest.receive(10.0, 10_000)
    with pytest.raises(GraderError, match="fork server"):
        server.guest(Policy())
    server.close()


def test_a_server_ends_when_its_judge_is_killed(tmp_path: Path) -> None:
    """A judge that is killed leaves no server behind."""
    script = (
        "import os\nfrom autograder.sandbox.spawn import ForkServer\nfrom autograder.sandbox.policy import Policy\n"
        "server = ForkServer(); server.guest(Policy())\n"
        "print(server._process.pid, flush=True); os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    assert _comes_true(lambda: not _runs(pid))


def test_a_frame_that_is_too_large_is_refused_unread(fork_server: ForkServer) -> None:
    """The length of a frame is checked before any of it is read."""
    guest = fork_server.guest(Policy())
    with pytest.raises(BadFrame, match="at most 5 are allowed"):
        guest.receive(60.0, 5)
    guest.end()


def test_a_guest_that_does_not_answer_is_ended(fork_server: ForkServer) -> None:
    """Waiting has a limit, and ends the guest."""
    guest = fork_server.guest(Policy())
    guest.receive(60.0, 10_000)
    with pytest.raises(GuestDied) as caught:
        guest.receive(0.05, 10_000)
    assert caught.value.outcome is Outcome.TIMED_OUT
    with pytest.raises(GuestDied, match="already ended"):
        guest.receive(0.05, 10_000)


def test_the_server_knows_no_suite(fork_server: ForkServer) -> None:
    """The process that guests are forked from has loaded no judge, no suite and no reference, and runs one thread."""
    pid = fork_server._process.pid
    command = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
    assert "autograder.sandbox.server" in command
    fork_server.guest(Policy()).end()
    assert len(os.listdir(f"/proc/{pid}/task")) == 1
    maps = Path(f"/proc/{pid}/environ").read_bytes().decode()
    assert {line.partition("=")[0] for line in maps.split("\0") if line} <= {
        "PATH", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "LANG", "OMP_NUM_THREADS", "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "LC_CTYPE", "GLIBC_TUNABLES", "PYTHONMALLOC",
    }  # fmt: skip


def test_modules_of_the_judge_are_not_in_a_guest(guest_of: Make) -> None:
    """A guest has not even imported the judge's half of the package."""
    modules = answer_of(guest_of, "return [name for name in sys.modules if name.startswith('autograder')]")
    assert not {"autograder.judge", "autograder.exam", "autograder.reference", "autograder.remote.session"} & {*modules}
    assert "pytest" not in answer_of(guest_of, "return list(sys.modules)")


def test_control_messages_are_json(tmp_path: Path) -> None:
    """The server answers the judge's protocol as documented: it is told its folder and says that it is ready; then the
    status of a guest, or none."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-s", "-P", "-m", "autograder.sandbox.server", str(theirs.fileno())]
    with subprocess.Popen(command, pass_fds=[theirs.fileno()]) as process:
        theirs.close()
        ours.settimeout(120)
        ours.send(json.dumps({"scratch": str(tmp_path / "scratch")}).encode())
        assert json.loads(ours.recv(1000)) == {"ready": process.pid}
        judge, guest = socket.socketpair()
        (tmp_path / "own").mkdir()
        request = {"op": "fork", "guest": 1, "policy": {}, "scratch": str(tmp_path / "own")}
        socket.send_fds(ours, [json.dumps(request).encode()], [guest.fileno()])
        guest.close()
        assert judge.recv(1000)
        for number, killed in ((1, True), (2, False)):
            ours.send(json.dumps({"op": "status", "guest": number}).encode())
            status = json.loads(ours.recv(1000))["status"]
            assert (status is not None and os.WIFSIGNALED(status)) is killed
        assert _comes_true(lambda: not (tmp_path / "own").exists())
        judge.close()
        ours.close()
        assert process.wait(timeout=60) == 0


def test_memory_is_put_into_large_pages(tmp_path):
    """As far as the kernel has some; what stands in it stays."""
    if not Path("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size").is_file():
        pytest.skip("this kernel has no large pages")
    code = (
        "from autograder.sandbox.pages import collapse\nx = bytearray(b'abcd' * 2**24)\nn = collapse()\n"
        "found = [line.split()[1] for line in open('/proc/self/smaps') if line.startswith('AnonHugePages')]\n"
        "assert x == b'abcd' * 2**24\nprint(n, sum(map(int, found)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    made, kilobytes = map(int, done.stdout.split())
    assert made == 0 or kilobytes >= 2048 * 16, "64 MB are at least as much, wherever they begin"


def test_a_kernel_without_large_pages_is_no_trouble(tmp_path, monkeypatch):
    """Everything stays as it is."""
    monkeypatch.setattr(pages, "_SIZE", tmp_path / "none")
    assert pages.collapse() == 0
