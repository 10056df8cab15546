"""``author check`` proves an assignment sound: right answers get full marks, wrong ones lose them, nothing leaks.

Every answer sits the suites in this process on many seeds, and once through the judge and a guest, which must agree.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from autograder.answers import Answer
from autograder.course import Assignment, Course, require_sources
from autograder.executors import inline, local
from autograder.judge import Bench, warm_judge
from autograder.reference import Segments, run
from autograder.release import check_release
from autograder.remote.refuse import OPERATOR
from autograder.results import Outcome, TestResult

WHOLE_SUITE_SEEDS = 3
_FINE = (Outcome.PASSED, Outcome.SKIPPED)

# Answers that must earn nothing: each is given to every function, and as the forward pass of every class.
_TRIVIAL = {
    "return input": "return args[0] if args else None",
    "zeros": "return torch.zeros_like(args[0]) if args and isinstance(args[0], torch.Tensor) else torch.tensor(0.0)",
    "a constant": "return 1.0",
    "nothing": "return None",
}


@dataclass(frozen=True)
class Trial:
    """One answer to be tried: by name, with the source that a submission of it would hold. ``answer`` is None for the
    reference and for what must earn nothing (``trivial``)."""

    course: Course
    assignment: str
    name: str
    segments: Segments
    seeds: int
    answer: Answer | None = None
    trivial: bool = False


@dataclass(frozen=True)
class Row:
    """How one answer fared: every violated promise as a sentence, and for each test the share of seeds it passed."""

    trial: Trial
    problems: tuple[str, ...]
    passed: dict[str, float] = field(default_factory=dict)
    runs: int = 0


@dataclass(frozen=True)
class Report:
    """What ``author check`` found about one assignment."""

    assignment: str
    rows: tuple[Row, ...]
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every promise holds."""
        return not self.problems and not any(row.problems for row in self.rows)

    @property
    def text(self) -> str:
        """The findings in words, violated promises first."""
        kinds = {"right": 0, "trivial": 0, "misconception": 0}
        for row in self.rows:
            answer = row.trial.answer
            wrong = answer is not None and answer.is_misconception
            kinds["misconception" if wrong else "trivial" if row.trial.trivial else "right"] += 1
        runs = sum(row.runs for row in self.rows)
        lines = [
            f"{self.assignment}: {'sound' if self.sound else 'NOT SOUND'} ({runs} runs)",
            f"  {kinds['right']} right answers must get full marks, {kinds['misconception']} misconceptions must lose "
            f"marks in their own task only, {kinds['trivial']} empty answers must earn nothing",
        ]
        lines += [f"  ✗ {problem}" for problem in self.problems]
        lines += [f"  ✗ {row.trial.name}: {problem}" for row in self.rows for problem in row.problems]
        return "\n".join(lines)


def check_assignments(course: Course, names: Sequence[str], seeds: int, jobs: int) -> Iterator[Report]:
    """Check these assignments, or all. Raises ``AssignmentError`` where one cannot even be run."""
    from autograder.grading import cores

    chosen = [course.assignment(name) for name in names] or list(course.assignments)
    for assignment in chosen:
        require_sources(assignment)
        bench = warm_judge(course).bench(assignment.name)
        trials = list(_trials(course, assignment, bench, seeds))
        workers = jobs or cores()
        results = inline.run(try_out, trials) if workers == 1 else local.run(
            try_out, trials, workers, preload=("torch", "autograder.judge")
        )  # fmt: skip
        order = {trial.name: place for place, trial in enumerate(trials)}
        rows = tuple(sorted(results, key=lambda row: order[row.trial.name]))
        yield Report(assignment.name, rows, (*_unmarked(bench), *check_release(course, [assignment.name])))


def _trials(course: Course, assignment: Assignment, bench: Bench, seeds: int) -> Iterator[Trial]:
    def trial(name: str, segments: Segments, answer: Answer | None = None, trivial: bool = False) -> Trial:
        return Trial(course, assignment.name, name, segments, seeds, answer, trivial)

    solutions = bench.solutions
    yield trial("reference", solutions.segments())
    for answer in (*solutions.accepted, *solutions.misconceptions):
        yield trial(answer.written_as, solutions.segments(answer), answer)
    yield trial("stub", (("stub", solutions.stub),), trivial=True)
    for name, body in _TRIVIAL.items():
        yield trial(name, ((name, _trivial_source(bench, assignment, body)),), trivial=True)


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


def try_out(trial: Trial) -> Row:
    """Try one answer on all its seeds, and once in a guest."""
    judge = warm_judge(trial.course)
    bench = judge.bench(trial.assignment)
    module = run(bench.assignment.module, trial.segments)
    own = frozenset() if trial.answer is None else frozenset({bench.assignment.task(trial.answer.replaces).name})
    problems: dict[str, None] = {}  # in order, each once
    passed: dict[str, list[bool]] = {}
    first: dict[str, list[TestResult]] = {}
    for number in range(trial.seeds):
        whole = not own or number < WHOLE_SUITE_SEEDS
        exam = judge.try_answer(bench, module, f"author check {number}", None if whole else own)
        first = first or exam.results
        for problem in _violations(trial, bench, exam.results, own):
            problems.setdefault(problem)
        for test in (test for tests in exam.results.values() for test in tests):
            passed.setdefault(test.name, []).append(test.outcome is Outcome.PASSED)
    session = judge.session(bench.assignment, list(trial.segments))
    try:
        remote = judge.sit(bench, session, "author check 0").results
    finally:
        session.close()
    problems.update(dict.fromkeys(_differences(first, remote)))
    shares = {name: sum(runs) / len(runs) for name, runs in passed.items()}
    return Row(trial, tuple(problems), shares, trial.seeds + 1)


def _violations(trial: Trial, bench: Bench, results: dict[str, list[TestResult]], own: frozenset[str]) -> Iterator[str]:
    """The promises that one run breaks."""
    wrong = trial.answer is not None and trial.answer.is_misconception
    for task, tests in results.items():
        bad = [test for test in tests if test.outcome not in _FINE]
        if trial.trivial:
            yield from (f"passes {test.name}" for test in tests if test.outcome is Outcome.PASSED)
        elif wrong and task in own:
            assert trial.answer is not None
            fails = {test.name for test in bad}
            if not bad:
                yield f"loses no marks in {task}"
            for name in trial.answer.caught_by:
                if name not in fails and not any(failed.startswith(f"{name}[") for failed in fails):
                    yield f"is not caught by {name}"
        elif not own & {*bench.assignment.task(task).needs} or not wrong:
            yield from (f"fails {test.name}: {test.message.splitlines()[0] if test.message else ''}" for test in bad)


def _differences(direct: dict[str, list[TestResult]], remote: dict[str, list[TestResult]]) -> Iterator[str]:
    """Tests that come out differently in a guest and in this process."""
    here = {test.name: test for tests in direct.values() for test in tests}
    for test in (test for tests in remote.values() for test in tests):
        if (here[test.name].outcome in _FINE) != (test.outcome in _FINE):
            yield (
                f"{test.name} is {test.outcome} in a guest and {here[test.name].outcome} in process: "
                f"{test.message.splitlines()[0] if test.message else ''}"
            )


def _unmarked(bench: Bench) -> Iterator[str]:
    """What is missing around the answers: tests without a rubric line, tasks with too few answers, forbidden calls that
    no docstring tells the student of."""
    for task in bench.assignment.tasks:
        answers = [answer for answer in bench.solutions.accepted if answer.replaces in task.names]
        mistakes = [answer for answer in bench.solutions.misconceptions if answer.replaces in task.names]
        if len(answers) < 3 or len(mistakes) < 4:
            yield f"{task.name} has {len(answers)} accepted answers and {len(mistakes)} misconceptions; write 3 and 5"
        told = " ".join(str(getattr(bench.reference, name).__doc__) for name in task.names)
        for forbidden in task.forbids:
            word = forbidden.partition("(")[0].rpartition(".")[2]
            if not forbidden.startswith(OPERATOR) and word not in told:
                yield f"{task.name} forbids {forbidden}, but its docstring does not say {word!r}"
    for item in bench.suite.items():
        if not item.rubric:
            yield f"{item.name} has no docstring: it is the rubric line that students read"
