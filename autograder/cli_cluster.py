"""The options by which ``autograder grade`` says where it grades: here, or on a Dask cluster, Slurm's too."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import typer

from autograder.errors import AssignmentError

SchedulerOption = Annotated[
    str | None, typer.Option("--scheduler", help="Grade on the Dask cluster whose scheduler is at tcp://HOST:PORT.")
]
SlurmOption = Annotated[bool, typer.Option("--slurm", help="Grade in Slurm jobs.")]
SlurmJobsOption = Annotated[int, typer.Option("--slurm-jobs", min=1, help="How many jobs; each core is a worker.")]
SlurmOptionOption = Annotated[
    list[str] | None,
    typer.Option("--slurm-option", help="NAME=VALUE: queue, account, walltime, memory, cores, …; may be repeated."),
]
ShipOption = Annotated[
    bool, typer.Option("--ship", help="Send the course to the workers; else it must be at the same path there.")
]


def grading_on(
    jobs: int, scheduler: str | None, slurm: bool, slurm_jobs: int, slurm_options: list[str], ship: bool
) -> Callable[[Any], Any]:
    """What carries out orders. Raises ``AssignmentError`` where the options do not go together."""
    from autograder.executors import cluster
    from autograder.grading import carry_out

    if scheduler and slurm:
        raise AssignmentError("--scheduler and --slurm are two clusters; name one")
    if jobs and (scheduler or slurm):
        raise AssignmentError("--jobs are this machine's; on a cluster there are as many as it has workers")
    if not slurm and (slurm_options or slurm_jobs > 1):
        raise AssignmentError("--slurm-jobs and --slurm-option go with --slurm")
    if scheduler is None and not slurm:
        if ship:
            raise AssignmentError("--ship sends the course to a cluster: name one with --scheduler or --slurm")
        return partial(carry_out, jobs=jobs)
    try:
        import distributed  # noqa: F401 (to say now what is missing)
    except ImportError as error:
        raise AssignmentError(f"clusters take Dask ({error}): install it with `uv sync --group cluster`") from error
    from autograder import on_cluster

    connect: Callable[[], Any] = partial(cluster.slurm, slurm_jobs, _pairs(slurm_options))
    if scheduler is not None:
        connect = partial(cluster.scheduler, scheduler)
    return partial(on_cluster.carry_out, connect=connect, ship=ship)


def _pairs(options: list[str]) -> dict[str, str]:
    """``NAME=VALUE`` as a mapping, names as Python writes them."""
    pairs = {}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals or not name:
            raise AssignmentError(f"--slurm-option {option}: expected NAME=VALUE, walltime=02:00:00 say")
        pairs[name.replace("-", "_")] = value
    return pairs
