"""The workers of a Dask cluster, on any number of machines."""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

Client = Any  # distributed.Client, which only a grading on a cluster imports
T = TypeVar("T")
R = TypeVar("R")

WINDOW = 2000
"""The items that a scheduler is given ahead: more workers than that would stand idle, and more items cost it memory."""
WAIT_SECONDS = 60.0
"""How long a scheduler has to answer, and to have a first worker."""


class ClusterError(Exception):
    """The cluster cannot be used; the message says why, and what would be right."""


def run(
    function: Callable[[Path | None, T], R],
    items: Iterable[T],
    connect: Callable[[], AbstractContextManager[Client]],
    packed: bytes | None = None,
    lost: Callable[[T], R] | None = None,
) -> Iterator[R]:
    """The results in the order in which they are finished.

    ``function`` is called with the folder in which its worker has unpacked the zip ``packed``, None where there is
    none, and an item; it must be importable there. An exception of it is raised here.

    An item whose worker dies is given to another one. When it has seen as many workers die as the scheduler allows (its
    setting ``distributed.scheduler.allowed-failures``, 3), it is suspected of killing them, though it may only have
    waited beside the one that did: at the end each suspect is tried alone, and has ``lost(item)`` for its result where
    its workers die again. Raises ``ClusterError`` where there is no scheduler, no worker, or one with several threads.
    """
    with connect() as client:
        name = _send(client, packed) if packed is not None else None
        yield from _map(client, partial(_call, function, name), iter(items), lost)


def _map(client: Client, function: Callable[[T], R], left: Iterator[T], lost: Callable[[T], R] | None) -> Iterator[R]:
    """The results, of which a bounded number is asked for ahead; suspects come last."""
    suspects = list[T]()
    for item, result in _flight(client, function, left, WINDOW):
        if result is None:
            suspects.append(item)
        else:
            yield result[0]
    for item, result in _flight(client, function, iter(suspects), 1):
        if result is not None:
            yield result[0]
        elif lost is not None:
            yield lost(item)
        else:
            raise ClusterError(f"the workers that had {item} died, one after another")


def _flight(
    client: Client, function: Callable[[T], R], left: Iterator[T], ahead: int
) -> Iterator[tuple[T, tuple[R] | None]]:
    """Each item with its result, None where the scheduler has given it up; at most ``ahead`` are asked for at once."""
    from distributed import KilledWorker, as_completed

    futures, flight = as_completed(loop=client.loop), dict[str, T]()

    def submit(count: int) -> None:
        for item in islice(left, count):
            future = client.submit(function, item, pure=False)
            flight[future.key] = item
            futures.add(future)

    submit(ahead)
    for future in futures:
        item = flight.pop(future.key)
        submit(1)
        try:
            result = (future.result(),)
        except KilledWorker:
            result = None
        except CancelledError as error:
            raise ClusterError(f"the scheduler is gone ({error})") from error
        yield item, result


@contextlib.contextmanager
def scheduler(address: str) -> Iterator[Client]:
    """A client of the scheduler at ``address``, ``tcp://host:8786`` say, that has at least one worker."""
    from distributed import Client

    try:
        client = Client(address, timeout=WAIT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(f"no Dask scheduler answers at {address!r} ({error})") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WAIT_SECONDS)
        except TimeoutError as error:
            raise ClusterError(
                f"the scheduler at {address} has no worker; start some: dask worker {address} --nthreads 1"
            ) from error
        yield client


@contextlib.contextmanager
def slurm(jobs: int, options: Mapping[str, Any]) -> Iterator[Client]:
    """A client of a scheduler in this process, whose workers are Slurm jobs. They end with it. How long they wait in
    Slurm's queue is Slurm's affair."""
    from distributed import Client

    if shutil.which("sbatch") is None:
        raise ClusterError("there is no command `sbatch` here; run this on a machine from which Slurm takes jobs")
    with slurm_cluster(options) as cluster:
        _submit(cluster, jobs)
        with Client(cluster, set_as_default=False) as client:
            yield client


def _submit(cluster: Any, jobs: int) -> None:
    """Submit the jobs, and hear what Slurm says: Dask itself would only log that it refused them."""
    script = cluster.job_script()
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
        file.write(script)
        file.flush()
        tried = subprocess.run(["sbatch", "--test-only", file.name], capture_output=True, text=True)
    if tried.returncode:
        raise ClusterError(f"Slurm refuses the job: {tried.stderr.strip()}")
    cluster.scale(jobs=jobs)


def slurm_cluster(options: Mapping[str, Any]) -> Any:
    """The cluster, still without jobs. ``options`` are those of ``dask_jobqueue.SLURMCluster``; what they lack, Dask's
    own configuration may say (``jobqueue.slurm``). Each core is a worker."""
    import dask
    from dask_jobqueue import SLURMCluster

    said = {name: value for name, value in dask.config.get("jobqueue.slurm", {}).items() if value is not None}
    asked = options.get("cores", said.get("cores", 1))
    if not str(asked).isdecimal() or not int(asked):
        raise ClusterError(f"Slurm's option cores is {asked!r}; expected a whole number, 1 or more")
    cores = int(asked)
    memory = options.get("memory", said.get("memory", f"{4 * cores}GB"))
    try:
        return SLURMCluster(**{**options, "cores": cores, "processes": cores, "memory": memory})
    except (TypeError, ValueError, OSError) as error:
        raise ClusterError(f"Slurm's options cannot be used ({error})") from error


def _send(client: Client, packed: bytes) -> str:
    """The name under which each worker has the unpacked zip from now on, those that come later too."""
    import hashlib

    from autograder.executors.parcel import Parcel

    name = f"parcel-{hashlib.sha256(packed).hexdigest()}"
    client.register_plugin(Parcel(packed, name), name=name)
    return name


def _call(function: Callable[[Path | None, T], R], name: str | None, item: T) -> R:
    """On a worker."""
    from distributed import get_worker

    worker = get_worker()
    if worker.state.nthreads != 1:
        raise ClusterError(
            f"the worker {worker.address} has {worker.state.nthreads} threads, and what it is to do takes a process of "
            "its own: start it with `dask worker … --nthreads 1 --nworkers N`"
        )
    return function(worker.plugins[name].folder if name else None, item)
