"""``author check`` proves an assignment sound: right answers get full marks, wrong ones lose them, nothing leaks."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.bench import Bench
from autograder.course import Assignment, Course, require_sources
from autograder.errors import AssignmentError
from autograder.executors import machine
from autograder.grading import PRELOAD
from autograder.hints import telling_hints
from autograder.judge import warm_judge
from autograder.mutation import Equivalent, load_equivalents, mutants
from autograder.proof import MutantTrial, Trial, try_out
from autograder.reference import Segments
from autograder.release import check_release
from autograder.soundness import MutantRow, Report, Row
from autograder.source import read_source

# Answers that must earn nothing: each is given to every function, and as the forward pass of every class.
_TRIVIAL = {
    "return input": "return args[0] if args else None",
    "zeros": "return torch.zeros_like(args[0]) if args and isinstance(args[0], torch.Tensor) else torch.tensor(0.0)",
    "a constant": "return 1.0",
    "nothing": "return None",
}


def check_assignments(
    course: Course,
    names: Sequence[str],
    seeds: int,
    jobs: int,
    task: str | None = None,
    mutants: float = 1.0,
    wrong: bool = True,
) -> Iterator[Report]:
    """Check these assignments, or all; of one, perhaps only one ``task``.

    ``mutants`` is the share of the mutants that are tried, evenly spread; without ``wrong`` no wrong answers are.

    Raises ``AssignmentError`` where one cannot even be run.
    """
    chosen = [course.assignment(name) for name in names] or list(course.assignments)
    if task is not None and len(chosen) != 1:
        raise AssignmentError(f"the task {task!r} belongs to one assignment; name that one alone")
    plans = [_plan(course, assignment, seeds, task, mutants if wrong else 0.0, wrong) for assignment in chosen]
    trials = [trial for plan in plans for trial in plan.trials]
    results = machine.run(try_out, trials, jobs, preload=PRELOAD)
    found: dict[str, list[Row | MutantRow]] = {plan.bench.assignment.name: [] for plan in plans}
    waiting = deque(plans)
    for name, row in results:
        found[name].append(row)
        while waiting and len(found[waiting[0].bench.assignment.name]) == len(waiting[0].trials):
            plan = waiting.popleft()
            yield _report(course, plan, found[plan.bench.assignment.name])


@dataclass(frozen=True)
class _Plan:
    """What is to be tried in one assignment. ``equivalents`` are those that must turn up among the survivors."""

    bench: Bench
    trials: tuple[Trial | MutantTrial, ...]
    equivalents: tuple[Equivalent, ...]


def _plan(course: Course, assignment: Assignment, seeds: int, task: str | None, share: float, wrong: bool) -> _Plan:
    require_sources(assignment)
    bench = warm_judge(course).bench(assignment.name)
    only = None if task is None else assignment.task(task).name
    equivalents = load_equivalents(assignment.equivalents)
    trials: list[Trial | MutantTrial] = [
        trial for trial in _trials(course, assignment, bench, seeds, only) if wrong or trial.kind == "right"
    ]
    mutated = list(_mutant_trials(course, assignment, equivalents, only)) if share else []
    trials += (trial for number, trial in enumerate(mutated) if int((number + 1) * share) > int(number * share))
    return _Plan(bench, tuple(trials), tuple(equivalents) if share == 1 and only is None else ())


def _report(course: Course, plan: _Plan, found: Sequence[Row | MutantRow]) -> Report:
    bench, trials = plan.bench, plan.trials
    order = [trial.name if isinstance(trial, Trial) else str(trial.mutant) for trial in trials]
    found = sorted(found, key=lambda row: order.index(row.name))
    survived = [trial.mutant for trial in trials if isinstance(trial, MutantTrial)]
    caught = {row.name for row in found if isinstance(row, MutantRow) and row.caught_by}
    survived = [mutant for mutant in survived if str(mutant) not in caught]
    idle = [entry for entry in plan.equivalents if not entry.gpu and not any(map(entry.covers, survived))]
    name = bench.assignment.name
    problems = (
        *_unmarked(bench),
        *telling_hints(bench.assignment, bench.solutions),
        *(f"equivalent.yaml: no mutant that survives is `{entry.was}` -> `{entry.becomes}`" for entry in idle),
        *check_release(course, [name]),
    )
    tests: dict[str, tuple[str, ...]] = {task.name: () for task in bench.assignment.tasks}
    for item in bench.suite.items():
        tests[item.task] = (*tests[item.task], item.name)
    rows = tuple(row for row in found if isinstance(row, Row))
    return Report(name, tests, rows, tuple(row for row in found if isinstance(row, MutantRow)), problems)


def _trials(course: Course, assignment: Assignment, bench: Bench, seeds: int, only: str | None) -> Iterator[Trial]:
    solutions, owners = bench.solutions, assignment.owners

    def trial(name: str, segments: Segments, **more: object) -> Trial:
        return Trial(course, assignment.name, name, segments, seeds, only=only, **more)  # type: ignore[arg-type]

    yield trial("reference", solutions.segments())
    for answer in (*solutions.accepted, *solutions.misconceptions):
        if only in (None, owners[answer.replaces]):
            yield trial(answer.written_as, solutions.segments(answer), answer=answer)
    yield trial("stub", (("stub", solutions.stub),), trivial=True)
    for name, body in _TRIVIAL.items():
        yield trial(name, ((name, _trivial_source(bench, assignment, body)),), trivial=True)
    if len(assignment.tasks) > 1:
        yield trial("the next task's answer", (solutions.reference, ("next", _shifted(bench))), trivial=True)


def _mutant_trials(
    course: Course, assignment: Assignment, equivalents: Sequence[Equivalent], only: str | None
) -> Iterator[MutantTrial]:
    for mutant in mutants(read_source(assignment)):
        task = assignment.owners.get(mutant.owner, "")  # a private helper serves any task
        trains = task and assignment.task(task).training_seconds
        if not trains and only in (None, task):
            because = next((entry.because for entry in equivalents if entry.covers(mutant)), "")
            yield MutantTrial(course, assignment.name, mutant, task, because)


def _trivial_source(bench: Bench, assignment: Assignment, body: str) -> str:
    lines = [
        "import torch\nfrom torch import nn\n",
        f"def _answer(*args, **kwargs):\n    {body}\n",
        "class _Layer(nn.Module):\n    def __init__(self, *args, **kwargs):\n        super().__init__()\n",
        "    def forward(self, *args):\n        return _answer(*args)\n",
    ]
    kinds = {
        name: "_Layer" if isinstance(getattr(bench.reference, name), type) else "_answer" for name in assignment.names
    }
    return "\n".join([*lines, *(f"{name} = {kind}" for name, kind in kinds.items())]) + "\n"


def _shifted(bench: Bench) -> str:
    """Each task's names bound to the next task's answer, the last one's to the first."""
    tasks = bench.assignment.tasks
    bound = {name: after.name for task, after in zip(tasks, [*tasks[1:], tasks[0]], strict=True) for name in task.names}
    return f"{', '.join(bound)}, = {', '.join(bound.values())},\n"


def _unmarked(bench: Bench) -> Iterator[str]:
    """What is missing around the answers: tests without a rubric line, tasks with too few answers, forbidden calls that
    no docstring tells the student of."""
    for task in bench.assignment.tasks:
        answers = [answer for answer in bench.solutions.accepted if answer.replaces in task.names]
        mistakes = [answer for answer in bench.solutions.misconceptions if answer.replaces in task.names]
        if len(answers) < 3 or len(mistakes) < 4:
            yield f"{task.name} has {len(answers)} accepted answers and {len(mistakes)} misconceptions; write 3 and 5"
        told = " ".join(str(getattr(bench.reference, name).__doc__) for name in task.names)
        words = [name.partition("(")[0].rpartition(".")[2].strip("*") for name in task.forbids]
        if words and not any(word in told for word in words):
            yield f"{task.name} forbids {', '.join(task.forbids)}, but its docstring does not say so"
    for item in bench.suite.items():
        if not item.rubric:
            yield f"{item.name} has no docstring: it is the rubric line that students read"
