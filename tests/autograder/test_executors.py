"""Mapping over items, here and in a pool: they know nothing of what is mapped."""

import math
import operator
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from autograder.executors import inline, local, machine


def test_inline_maps_in_order_and_not_before_it_is_asked():
    """One item after another, in this process; an exception comes where its item does."""
    seen = []
    results = inline.run(lambda n: seen.append(n) or 12 / n, [3, 0, 4])
    assert seen == []
    assert next(results) == 4.0
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert seen == [3, 0]


def test_a_pool_maps_every_item_once():
    """As they are finished, which may be in any order."""
    assert sorted(local.run(operator.neg, range(20), jobs=2)) == list(range(-19, 1))


def test_a_pool_is_of_other_processes():
    """What an item does to its process is not done to this one."""
    workers = set(local.run(os.path.realpath, ["/proc/self"] * 4, jobs=2))
    assert os.path.realpath("/proc/self") not in workers
    assert 1 <= len(workers) <= 2


def test_there_is_a_core_to_work_on():
    """The usual number of jobs: what this process may use."""
    assert local.cores() == len(os.sched_getaffinity(0))


def test_an_exception_in_a_pool_is_raised_here():
    """With its own type; nobody waits for what had not begun."""
    with pytest.raises(ValueError, match=r"math domain|nonnegative"):
        list(local.run(math.sqrt, [4, -1, 9], jobs=1))


class HardToCarry(Exception):
    """Cannot be made again from what pickle keeps of it."""

    def __init__(self, number, why):
        super().__init__(f"{number} {why}")


def refuses(number):
    """Raises what cannot be unpickled or, of 1, pickled."""
    error = HardToCarry(number, "is wrong")
    error.kept = [lambda: None] * number
    raise error


@pytest.mark.parametrize("number", [0, 1])
def test_an_exception_that_cannot_travel_is_told_all_the_same(number):
    """No worker is lost by it; its type and words are in what is raised here, and where it was raised."""
    with pytest.raises(RuntimeError, match=f"^HardToCarry: {number} is wrong") as raised:
        list(local.run(refuses, [number, number], jobs=2))
    assert "in refuses" in raised.value.__notes__[0]


def test_a_pool_of_nothing_gives_nothing():
    """No item, no result."""
    assert list(local.run(operator.neg, [], jobs=2)) == []


IN_A_POOL = """
import operator, tempfile
from autograder.executors import local

if __name__ == "__main__":
    print(sorted(local.run(operator.neg, range(3), jobs=2)), tempfile.gettempdir())
"""


def test_a_long_path_for_temporary_files_is_no_hindrance(tmp_path):
    """The path of a socket may have 107 bytes, and that of $TMPDIR more; temporary files still go there."""
    (tmp_path / "program.py").write_text(IN_A_POOL, encoding="utf-8")
    folder = tmp_path / ("f" * 100)
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, tmp_path / "program.py"], env={**os.environ, "TMPDIR": str(folder)}, capture_output=True,
        text=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == (f"[-2, -1, 0] {folder}\n", "")
    assert list(folder.iterdir()) == []


def dies_at_seven(number):
    """Kills its own process, as the kernel or an operator might; where a file says so, only the first time."""
    number, once = number
    if number == 7 and not (once and Path(once).exists()):
        if once:
            Path(once).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_killed_worker_costs_time_and_no_result(tmp_path):
    """Killed once, every item still has its result, each once."""
    items = [(number, str(tmp_path / "once")) for number in range(12)]
    assert sorted(local.run(dies_at_seven, items, jobs=2)) == list(range(12))


def test_an_item_that_kills_every_worker_is_lost_alone():
    """The others have their results; without `lost` it is an error."""
    items = [(number, "") for number in range(12)]
    found = sorted(local.run(dies_at_seven, items, jobs=2, lost=lambda item: -item[0]))
    assert found == [-7, *(number for number in range(12) if number != 7)]
    with pytest.raises(BrokenProcessPool):
        list(local.run(dies_at_seven, [(7, "")], jobs=1))


def wait_until(holds):
    """Wait, a minute at most, for what another process does."""
    deadline = time.monotonic() + 60
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)


def waits_for_a_death(job):
    """The second item kills its worker once the first one is at work; that one waits until the second is done again.
    Every call is noted."""
    number, folder = job
    calls, killed = folder / "calls", folder / "killed"
    with calls.open("a") as file:
        file.write(f"{number}\n")
    wait_until(lambda: calls.read_text().count("1") == 2 if number == 0 else "0" in calls.read_text())
    if number == 1 and not killed.exists():
        killed.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_killed_worker_costs_the_others_nothing(tmp_path):
    """What they are at is not begun again."""
    assert sorted(local.run(waits_for_a_death, [(0, tmp_path), (1, tmp_path)], jobs=2)) == [0, 1]
    assert sorted((tmp_path / "calls").read_text().split()) == ["0", "1", "1"]


def dies_while_it_answers(once):
    """A long answer, in whose midst the first worker is killed."""
    if not once.exists():
        once.touch()
        main = threading.get_ident()

        def is_written():
            frame = sys._current_frames()[main]
            return frame.f_code.co_name == "_send" and len(frame.f_locals["buf"]) > 1_000_000

        def kill():
            while not is_written():
                time.sleep(0)
            os.kill(os.getpid(), signal.SIGKILL)

        threading.Thread(target=kill, daemon=True).start()
    return b"answer" * 10_000_000


def test_an_answer_that_was_cut_off_is_given_again(tmp_path):
    """Nobody waits for its rest."""
    (answer,) = local.run(dies_while_it_answers, [tmp_path / "once"], jobs=1)
    assert answer == b"answer" * 10_000_000


def notes_its_process(path):
    """Says where it runs, and never ends."""
    Path(path).write_text(os.path.realpath("/proc/self"), encoding="utf-8")
    time.sleep(600)


def fails_when_somebody_works(path):
    """Fails as soon as the file says that another item is being done."""
    wait_until(lambda: path.exists() and path.read_text("utf-8"))
    raise OSError("a mistake")


def call(job):
    """One function or another."""
    function, path = job
    return function(path)


def test_a_failure_ends_what_is_being_done(tmp_path):
    """It is raised at once, as what it is, and no worker goes on."""
    path = tmp_path / "process"
    with pytest.raises(OSError, match="a mistake") as failure:
        list(local.run(call, [(notes_its_process, path), (fails_when_somebody_works, path)], jobs=2))
    assert "in fails_when_somebody_works" in failure.value.__notes__[0]
    assert not Path(path.read_text("utf-8")).exists()


KILLED = """
import os, time
from autograder.executors import local

if __name__ == "__main__":
    for folder in local.run(os.path.realpath, ["/proc/self", "/proc/self"], jobs=1):
        print(folder, flush=True)
        time.sleep(600)
"""


def test_workers_end_with_a_killed_parent(tmp_path):
    """Killed without a chance to clean up, the parent leaves no process behind."""
    (tmp_path / "parent.py").write_text(KILLED, encoding="utf-8")
    parent = subprocess.Popen([sys.executable, tmp_path / "parent.py"], stdout=subprocess.PIPE, text=True)
    worker = Path(parent.stdout.readline().strip())
    assert worker.is_dir()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not worker.exists())
    assert not worker.exists()


@pytest.mark.parametrize(("jobs", "items", "most"), [(1, 4, 0), (2, 4, 2), (8, 1, 0), (0, 40, local.cores())])
def test_as_many_processes_as_were_asked_for(jobs, items, most):
    """One job, or one item, is done here; no job named is one a core."""
    here = os.path.realpath("/proc/self")
    workers = set(machine.run(os.path.realpath, ["/proc/self"] * items, jobs))
    assert workers == {here} if most < 2 else 1 <= len(workers - {here}) <= most and here not in workers
