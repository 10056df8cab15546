"""Servers that share one warming up: each is its judge's own all the same, and none is left behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.remote.request import Loaded
from autograder.remote.session import Session
from autograder.sandbox.nursery import born, nursery
from autograder.sandbox.policy import Policy
from autograder.sandbox.spawn import ForkServer

SOURCE = "def pid():\n    import os\n    return os.getpid()\n"


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A nursery's."""
    with nursery() as found:
        yield found


def answer(server: ForkServer) -> int:
    """The process of one of this server's guests, as it says itself."""
    session = Session(lambda: server.guest(Policy()), Loaded("task", [("task.py", SOURCE)], 20.0))
    session.begin(1, 20.0)
    with contextlib.closing(session):
        return int(session.student.pid())


def parent(pid: int) -> int:
    """The process that forked this one."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait, half a minute at most, for what another process does."""
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Whether a process has ended, be it buried or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_two_judges_have_a_server_each_from_one_that_is_warm(place: Path) -> None:
    """Forked from the same process, with guests and folders of their own."""
    with contextlib.closing(ForkServer(place)) as one, contextlib.closing(ForkServer(place)) as other:
        guests = {answer(one), answer(other)}
        assert len(guests | {one.pid, other.pid}) == 4
        assert parent(one.pid) == parent(other.pid) != os.getpid()
        pids = one.pid, other.pid
    assert all(map(is_gone, pids))


def test_a_server_that_is_killed_is_its_own_judges_trouble(place: Path) -> None:
    """The other goes on; a new one is to be had."""
    with contextlib.closing(ForkServer(place)) as other:
        doomed = ForkServer(place)
        answer(doomed)
        os.kill(doomed.pid, signal.SIGKILL)
        wait_until(lambda: is_gone(doomed.pid))
        doomed.close()
        with contextlib.closing(ForkServer(place)) as new:
            assert answer(new) != answer(other)


def test_where_the_nursery_was_killed_its_servers_live_and_others_start_by_themselves() -> None:
    """Nothing is lost but the seconds of warming up."""
    with nursery() as place, contextlib.closing(ForkServer(place)) as before:
        answer(before)
        mother = parent(before.pid)
        os.kill(mother, signal.SIGKILL)
        wait_until(lambda: is_gone(mother))
        assert answer(before) > 0
        assert born(place) is None
        with contextlib.closing(ForkServer(place)) as after:
            assert answer(after) > 0
            assert parent(after.pid) == os.getpid()
    assert not place.parent.exists()


OWNER = """
import sys
from autograder.sandbox.nursery import nursery
from autograder.sandbox.policy import Policy
from autograder.sandbox.spawn import ForkServer

with nursery() as place:
    server = ForkServer(place)
    server.guest(Policy())
    print(place, server.pid, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("death", [signal.SIGKILL, None], ids=["killed", "at its end"])
def test_nothing_is_left_of_it_when_its_owner_is_gone(death: signal.Signals | None) -> None:
    """Neither a process nor a folder."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    place, pid = owner.stdout.readline().split()
    mother = parent(int(pid))
    if death is not None:
        owner.send_signal(death)
    owner.communicate(timeout=30)
    wait_until(lambda: is_gone(mother) and is_gone(int(pid)) and not Path(place).parent.exists())


def test_a_long_path_for_temporary_files_is_no_hindrance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The path of a socket may have 107 bytes."""
    folder = tmp_path / ("f" * 100)
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with nursery() as place, contextlib.closing(ForkServer(place)) as server:
        assert parent(server.pid) != os.getpid()
