"""A real Dask cluster of several processes: the same grades as here, whoever dies, and clear words where it is unfit.

Where this process may make network namespaces, each worker is in one of its own, as if on another machine.
"""

import contextlib
import io
import itertools
import os
import signal
import subprocess
import sys
import zipfile
from functools import partial

import pytest

from autograder.discovery import discover
from autograder.errors import AssignmentError
from autograder.executors import cluster
from autograder.fingerprint import fingerprints, forget
from autograder.grading import Order
from autograder.grading import carry_out as carry_out_here
from autograder.on_cluster import carry_out, pack
from autograder.zipping import zipped

from .graded_course import GOOD, WRONG, hand_in, warmed, write_graded
from .test_grading import comparable

NUMBERS = itertools.count()  # of namespaces: no two share addresses
PYTHON = [sys.executable, "-m", "dask"]


class Cluster:
    """A scheduler, and workers that it can do without."""

    def __init__(self, folder, port):
        self.folder, self.port, self.address = folder, port, f"tcp://127.0.0.1:{port}"
        self.processes, self.spaces = [], []
        self._start([*PYTHON, "scheduler", "--host", "0.0.0.0", "--port", str(port), "--no-dashboard"])

    def worker(self, threads=1):
        """Start a worker, in a network namespace of its own where that is possible; returns its process."""
        inside, host = self._space()
        command = [*PYTHON, "worker", f"tcp://{host}:{self.port}", "--nthreads", str(threads), "--nworkers", "1"]
        return self._start([*inside, *command, "--no-dashboard", "--local-directory", str(self.folder)])

    def _start(self, command):
        log = (self.folder / f"log{len(self.processes)}").open("w")
        self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True))
        return self.processes[-1]

    def _space(self):
        """The start of a command that runs in a new namespace, and this machine's address as seen from there."""
        number = next(NUMBERS)
        name, net = f"ag{os.getpid()}-{number}", f"10.{20 + os.getpid() % 200}.{number}"
        steps = (
            f"netns add {name}", f"link add {name} type veth peer name eth0 netns {name}",
            f"addr add {net}.1/24 dev {name}", f"link set {name} up", f"-n {name} link set lo up",
            f"-n {name} addr add {net}.2/24 dev eth0", f"-n {name} link set eth0 up",
        )  # fmt: skip
        try:
            for step in steps:
                subprocess.run(["ip", *step.split()], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            return [], "127.0.0.1"
        self.spaces.append(name)
        return ["ip", "netns", "exec", name], f"{net}.1"

    def close(self):
        """End all of it."""
        for process in reversed(self.processes):
            kill(process)
        for name in self.spaces:
            subprocess.run(["ip", "netns", "del", name], check=True)


def kill(process):
    """End a process with its group, as a power cut would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """A scheduler and two workers."""
    made = Cluster(tmp_path_factory.mktemp("dask"), 20_000 + os.getpid() % 10_000)
    made.worker()
    made.worker()
    yield made
    made.close()


@pytest.fixture
def course(tmp_path):
    """A course of one's own."""
    return warmed(write_graded(tmp_path / "course"))


@pytest.fixture
def submissions(tmp_path, course):
    """A class of eight."""
    for number in range(8):
        hand_in(tmp_path / "class", f"s{number}", GOOD if number % 3 else WRONG)
    return discover([tmp_path / "class"], course, None, None).submissions


def orders_of(course, submissions):
    """What `grade` carries out."""
    return [Order(course, one, keys=fingerprints(course, one)) for one in submissions]


def test_a_cluster_gives_the_grades_that_one_judge_gives(dask, course, submissions):
    """All but the times."""
    orders = orders_of(course, submissions)
    found = comparable(carry_out(orders, partial(cluster.scheduler, dask.address)))
    assert found == comparable(carry_out_here(orders, jobs=1))
    assert {row["score"] for row in found.values()} == {0.0, 12.5}


def test_a_worker_that_dies_half_way_costs_no_grade(dask, course, submissions):
    """What it was at is done by another one."""
    orders = orders_of(course, submissions)
    doomed = dask.worker()
    with cluster.scheduler(dask.address) as client:
        client.wait_for_workers(3, timeout=60)
    grades = carry_out(orders, partial(cluster.scheduler, dask.address))
    found = [next(grades)]
    kill(doomed)
    assert comparable([*found, *grades]) == comparable(carry_out_here(orders, jobs=1))


def test_a_scheduler_that_dies_half_way_is_named(tmp_path, course, submissions):
    """What came before is there to be kept; for the rest nobody waits."""
    folder = tmp_path / "dask"
    folder.mkdir()
    doomed = Cluster(folder, 30_000 + os.getpid() % 10_000)
    try:
        doomed.worker()
        grades = carry_out(orders_of(course, submissions), partial(cluster.scheduler, doomed.address))
        assert next(grades).is_graded
        kill(doomed.processes[0])
        with pytest.raises(AssignmentError, match="the scheduler is gone"):
            list(grades)
    finally:
        doomed.close()


@pytest.mark.slow
def test_a_course_that_is_sent_need_not_be_there(dask, course, submissions):
    """It is moved away before the workers look; without `--ship` each says who misses what."""
    orders = orders_of(course, submissions)
    wanted = comparable(carry_out_here(orders, jobs=1))

    @contextlib.contextmanager
    def moved():
        course.root.rename(course.root.with_name("elsewhere"))
        with cluster.scheduler(dask.address) as client:
            yield client
        course.root.with_name("elsewhere").rename(course.root)

    assert comparable(carry_out(orders, moved, ship=True)) == wanted
    with pytest.raises(AssignmentError, match=rf"the worker on \S+: there is no course at {course.root}; .*--ship"):
        list(carry_out(orders, moved))


@pytest.mark.slow
def test_a_worker_looks_at_a_changed_suite(dask, course, submissions):
    """It has graded by the old one, and lives on."""
    before = comparable(carry_out(orders_of(course, submissions), partial(cluster.scheduler, dask.address)))
    suite = course.assignments[0].task("scale").suite
    suite.write_text(suite.read_text("utf-8").replace("2 * lam + 0.25", "2 * lam + 0.5"), encoding="utf-8")
    forget()
    after = comparable(carry_out(orders_of(course, submissions), partial(cluster.scheduler, dask.address)))
    assert before["s1"]["tasks"][0]["outcome"] == "passed"
    assert after["s1"]["tasks"][0]["outcome"] == "failed"


def test_a_worker_with_other_files_is_named(dask, course, submissions):
    """A course that was changed after the work was given out is not graded by."""
    orders = orders_of(course, submissions)
    suite = course.assignments[0].task("scale").suite
    suite.write_text(suite.read_text("utf-8") + "\n", encoding="utf-8")
    with pytest.raises(AssignmentError, match=r"the worker on \S+: .*holds other files than here"):
        list(carry_out(orders, partial(cluster.scheduler, dask.address)))


def test_a_parcel_is_unpacked_once_by_each_worker(dask):
    """However often the same is sent: a worker that lives for a term does not fill its disk with copies."""

    def unpacked(folder, _):
        return str(folder), folder.joinpath("a.txt").read_text("utf-8")

    packed = zipped({"a.txt": b"the suites"})
    found = {
        one
        for _ in range(3)
        for one in cluster.run(unpacked, range(6), partial(cluster.scheduler, dask.address), packed)
    }
    assert {text for _, text in found} == {"the suites"}
    assert 1 <= len(found) <= len(list(dask.folder.rglob("parcel-*/a.txt"))) <= len(dask.processes) - 1


def test_a_course_is_packed_small_and_alike(course):
    """Without bytecode; the same for the same files, so that workers know it again."""
    packed = pack(course)
    for suite in course.assignments[0].suites.glob("*.py"):
        os.utime(suite, (0, 0))
    (course.assignments[0].suites / "__pycache__").mkdir(exist_ok=True)
    (course.assignments[0].suites / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert pack(course) == packed
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        sizes = [(one.compress_size, one.file_size) for one in archive.infolist()]
        assert {name.split("/")[0] for name in archive.namelist()} == {"grading_config.yaml", "solutions", "tests"}
    assert sum(small for small, _ in sizes) < sum(large for _, large in sizes) / 1.5


def test_items_that_kill_their_workers_are_lost_alone(tmp_path):
    """The other has its result, though it waited in the only worker each time that this died."""

    def dies(_, number):
        if number != 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    with contextlib.closing(Cluster(tmp_path, 50_000 + os.getpid() % 10_000)) as made:
        made.worker()
        found = cluster.run(dies, [1, 2, 3], partial(cluster.scheduler, made.address), lost=lambda item: -item)
        assert sorted(found) == [-3, -1, 2]


def test_workers_with_threads_are_refused(tmp_path):
    """With the command that would be right."""
    with contextlib.closing(Cluster(tmp_path, 30_000 + os.getpid() % 10_000)) as made:
        made.worker(threads=2)
        with pytest.raises(cluster.ClusterError, match=r"has 2 threads, .*--nthreads 1"):
            list(cluster.run(lambda _, item: item, range(3), partial(cluster.scheduler, made.address)))


def test_where_there_is_no_scheduler_or_no_worker_it_says_so(tmp_path, monkeypatch):
    """After a while, and not for ever."""
    monkeypatch.setattr(cluster, "WAIT_SECONDS", 3.0)
    with pytest.raises(cluster.ClusterError, match=r"no Dask scheduler answers at 'tcp://127\.0\.0\.1:9'"):
        list(cluster.run(lambda _, item: item, range(3), partial(cluster.scheduler, "tcp://127.0.0.1:9")))
    monkeypatch.setattr(cluster, "WAIT_SECONDS", 10.0)
    with (
        contextlib.closing(Cluster(tmp_path, 40_000 + os.getpid() % 10_000)) as made,
        pytest.raises(cluster.ClusterError, match=f"{made.address} has no worker; start some: dask worker"),
        cluster.scheduler(made.address),
    ):
        pass


def test_slurm_jobs_have_a_worker_for_each_core():
    """The script that is submitted, without a Slurm to run it: resources as asked for, one thread a worker."""
    with cluster.slurm_cluster({"cores": "4", "queue": "short", "walltime": "02:00:00"}) as made:
        script = made.job_script()
    for line in ("#SBATCH -p short", "#SBATCH --cpus-per-task=4", "#SBATCH --mem=15G", "#SBATCH -t 02:00:00"):
        assert line in script.splitlines()
    assert "--nthreads 1 --memory-limit 3.73GiB --nworkers 4" in script
    with pytest.raises(cluster.ClusterError, match=r"Slurm's options cannot be used .*colour"):
        cluster.slurm_cluster({"colour": "red"})


@pytest.mark.parametrize("cores", ["many", "0", "-1", "1.5", ""])
def test_cores_that_are_no_number_of_cores_are_named(cores):
    """Each is to be a worker, so there is one at least."""
    with pytest.raises(cluster.ClusterError, match=rf"cores is '{cores}'; expected a whole number, 1 or more"):
        cluster.slurm_cluster({"cores": cores})


def test_what_slurm_refuses_is_told(tmp_path, monkeypatch):
    """In its own words, before anything waits; and where there is no Slurm, that there is none. The command that
    refuses here is a stand-in: no Slurm runs where these tests do."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(cluster.ClusterError, match="no command `sbatch` here"), cluster.slurm(2, {}):
        pass
    (tmp_path / "sbatch").write_text("#!/bin/sh\necho sbatch: error: invalid partition >&2\nexit 1\n", encoding="utf-8")
    (tmp_path / "sbatch").chmod(0o755)
    with (
        pytest.raises(cluster.ClusterError, match="Slurm refuses the job: sbatch: error: invalid partition"),
        cluster.slurm(2, {"queue": "nowhere"}),
    ):
        pass


@pytest.mark.slow
def test_the_command_line_grades_on_a_cluster(dask, course, submissions, tmp_path):
    """And says what does not go together."""
    command = [sys.executable, "-m", "autograder", "grade", tmp_path / "class", "--course", course.root]
    command = [*map(str, command), "--out", str(tmp_path / "out")]
    done = subprocess.run([*command, "--scheduler", dask.address, "--ship"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "8 graded, 0 unchanged" in done.stdout
    for wrong, told in (
        (["--ship"], "name one with --scheduler or --slurm"),
        (["--slurm", "--scheduler", dask.address], "two clusters; name one"),
        (["--scheduler", dask.address, "--jobs", "2"], "--jobs are this machine's"),
        (["--slurm-jobs", "3"], "go with --slurm"),
        (["--slurm", "--slurm-option", "fast"], "expected NAME=VALUE"),
    ):
        done = subprocess.run([*command, *wrong], capture_output=True, text=True)
        assert (done.returncode, told in done.stderr) == (2, True), done.stderr
