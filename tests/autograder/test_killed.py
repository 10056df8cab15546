"""`autograder grade`, killed at any moment: nothing is lost or left over, and the next run goes on.

A guest that is killed alone is not among the victims: nobody can tell that from the kernel's killing it for its memory,
which is the submission's own doing.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from autograder import store

from .graded_course import GOOD, WRONG, hand_in, write_graded

STUDENTS = 30


class Grader:
    """Runs of `autograder grade` on one class, into one folder, with a folder for temporary files of their own."""

    def __init__(self, root, temp):
        self.course, self.temp, self.submitted = write_graded(root / "course").root, temp, root / "submitted"
        for number in range(STUDENTS):
            hand_in(self.submitted, f"s{number:02d}", GOOD if number % 3 else WRONG)

    def start(self, out, *more):
        """Begin a run, in a process group of its own."""
        command = [sys.executable, "-m", "autograder", "grade", self.submitted, "--out", out, "--course", self.course]
        return subprocess.Popen(
            [*map(str, command), "--jobs", "2", "--quiet", *more], start_new_session=True, stderr=subprocess.PIPE,
            env=os.environ | {"TMPDIR": str(self.temp)}, text=True,
        )  # fmt: skip

    def finish(self, out):
        """Run to the end, again where something stayed ungraded."""
        for _ in range(3):
            run = self.start(out)
            _, said = run.communicate()
            if run.returncode == 0:
                return
        raise AssertionError(said)


def comparable(out):
    """The grades by student, without times and the numbers of attempts."""
    rows = {}
    for path in out.glob("grades/*/*.json"):
        row = rows[path.stem] = json.loads(path.read_text("utf-8"))
        del row["graded_at"], row["seconds"], row["attempt"]
        for test in (test for task in row["tasks"] for test in task["tests"]):
            del test["seconds"]
    return rows


def count(out):
    """How many attempts are stored."""
    return len(list(out.glob("attempts/*/*/[0-9]*.json")))


def wait_until(holds):
    """Wait, two minutes at most, for what other processes do."""
    deadline = time.monotonic() + 120
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)


def is_gone(process):
    """Whether a process has ended; one that nobody has waited for has."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def command_of(process):
    """A process's command line; nothing where it is gone."""
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def victims(run, all_of_them):
    """Those of a run's processes that may be killed alone: workers, the nursery and servers, and no guest. A fork has
    the command line of what it was forked from; a nursery's ends with two descriptors."""
    serving = {one.pid: one for one in all_of_them if is_server(one)}
    nurseries = {pid for pid, one in serving.items() if parent_of(one) not in serving and is_nursery(one)}
    guests = {pid for pid, one in serving.items() if parent_of(one) in serving.keys() - nurseries}
    return [one for one in all_of_them if one.pid not in guests and one.pid != run.pid]


def is_server(process):
    """Whether a process is a fork server, a nursery, or a guest."""
    return "autograder.sandbox.server" in command_of(process)


def is_nursery(process):
    """Whether a process is a nursery, or was forked in one."""
    return all(word.isdecimal() for word in command_of(process)[-2:])


def parent_of(process):
    """The number of a process's parent; None where it is gone."""
    try:
        return process.ppid()
    except psutil.NoSuchProcess:
        return None


def folders(grader):
    """The folders of servers and nurseries."""
    return set(grader.temp.glob("autograder-*"))


def kill_at_random(grader, out, luck, kills):
    """Kill so many times; returns, for each time that a server or the nursery was killed alone, the folders that were
    there: it could not remove its own, which is one of them."""
    orphaned, run, options = [], None, []
    for _ in range(kills):
        if run is None or run.poll() is not None:
            options = ["--force"] if run is not None and run.returncode == 0 else []
            run = grader.start(out, *options)
        before, me = count(out), run
        if luck.random() < 0.15:
            time.sleep(luck.uniform(0, 15))
        else:
            wait_until(lambda: count(out) > before or me.poll() is not None)  # noqa: B023 (called at once)
            time.sleep(luck.uniform(0, 0.3))
        try:
            everything = psutil.Process(run.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            continue
        alone = victims(run, everything)
        if luck.random() < 0.7 and alone:
            victim = luck.choice(alone)
            if is_server(victim):
                orphaned.append(folders(grader))
            with contextlib.suppress(psutil.NoSuchProcess):  # it has ended by itself meanwhile
                victim.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
            wait_until(lambda: all(map(is_gone, everything)))  # noqa: B023 (called at once)
            assert [one for one in everything if not is_gone(one)] == []
    if run.poll() is None:
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
    return orphaned


@pytest.fixture
def temp():
    """A folder for temporary files with a short path: there are sockets in it, whose paths have 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="k") as folder:
        yield Path(folder)


@pytest.mark.timeout(3000)
@pytest.mark.slow
@pytest.mark.parametrize("kills", [5, 50])
def test_killed_at_random_moments_it_ends_with_the_same_grades(tmp_path, temp, kills):
    """All of a run's processes or single ones: no grade or attempt is lost or mixed, and nobody is left behind."""
    seed = int(os.environ.get("AUTOGRADER_TEST_SEED", random.randrange(10**6)))
    print(f"AUTOGRADER_TEST_SEED={seed} repeats these moments")
    grader, out = Grader(tmp_path, temp), tmp_path / "out"
    orphaned = kill_at_random(grader, out, random.Random(seed), kills)
    grader.finish(out)
    grader.finish(tmp_path / "undisturbed")
    assert comparable(out) == comparable(tmp_path / "undisturbed")
    assert len(comparable(out)) == STUDENTS
    for student in comparable(out):
        numbers = [one.attempt for one in store.attempts(out, "04_scaling", student)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert store.latest(out, "04_scaling", student).attempt in numbers
        assert (out / "feedback" / "04_scaling" / f"{student}.html").read_text("utf-8").rstrip().endswith("</html>")
    assert (out / "scores.csv").read_text("utf-8") == (tmp_path / "undisturbed" / "scores.csv").read_text("utf-8")
    # Killed, Python's multiprocessing leaves a folder with a socket, and torch keeps a cache: both are theirs.
    assert folders(grader) <= set().union(*orphaned)
    assert len(folders(grader)) <= len(orphaned)
