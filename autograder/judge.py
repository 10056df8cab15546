"""A submission and an assignment -> a ``Grade``. Nothing of the submission runs in this process."""

import contextlib
import dataclasses
import gc
import types
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.bench import Bench, make_bench, make_public_bench
from autograder.course import Assignment, Course
from autograder.errors import AssignmentError
from autograder.exam import Absent, Direct, Exam, Seat
from autograder.imports import TRITON, leave_out
from autograder.messages import speaking
from autograder.remote.conversation import Unsteady
from autograder.remote.forbidden import targets
from autograder.remote.recalling import Recalling
from autograder.remote.request import Loaded
from autograder.results import Grade, Outcome, TaskScore
from autograder.sandbox.confine import readable
from autograder.sandbox.policy import Policy
from autograder.sandbox.rlimits import limit_memory
from autograder.sandbox.spawn import ForkServer
from autograder.sandbox.warm import use_once
from autograder.scoring import NOTHING_KEPT, late, task_scores
from autograder.submission import Submission
from autograder.versions import versions

JUDGE_MEMORY_MB = 4096
"""What suites may take in a judge, all of them together, before what a student returned is too large to compare."""


class Judge:
    """Grades the submissions of one course, one after another, in this process and its guests."""

    def __init__(self, course: Course, server: ForkServer | None = None) -> None:
        """``server`` is one that may be warming up already; the judge ends it."""
        import torch

        leave_out(TRITON)
        torch.set_num_threads(1)  # as in guests: tensors are small, and there are as many judges as cores
        self._course = course
        self._benches: dict[tuple[str, bool], Bench] = {}
        self._server = server
        self._is_prepared = False

    def close(self) -> None:
        """End the suites and the fork server."""
        for bench in self._benches.values():
            bench.suite.close()
        if self._server is not None:
            self._server.close()
        self._benches, self._server = {}, None

    def grade(
        self, submission: Submission, public: bool = False, kept: Mapping[str, TaskScore] = NOTHING_KEPT
    ) -> Grade:
        """Grade one submission by the hidden suites, or by the ``public`` tests; ``kept`` are the scores of tasks that
        need not be graded again.

        Raises ``GraderError``, and ``AssignmentError`` where the course asks for more isolation than there is; what the
        student did never raises.
        """
        bench = self.bench(submission.assignment, public)
        self.prepare(bench.assignment)
        with speaking(self._course.root):
            while True:
                with contextlib.suppress(Unsteady):  # which is forgotten, so that it is not met again
                    return self._graded(bench, submission, kept)

    def _graded(self, bench: Bench, submission: Submission, kept: Mapping[str, TaskScore]) -> Grade:
        seed = self._course.seed(submission.student, submission.assignment)
        if submission.problem is not None:
            exam = self.sit(bench, Absent(submission.problem), seed)
            return self._grade(submission, seed, self._scores(bench, exam, NOTHING_KEPT), {})
        pieces = [(segment.label, segment.source) for segment in submission.segments]
        session = self.session(bench.assignment, pieces)
        session.past = bench.past
        try:
            wanted = frozenset(task.name for task in bench.assignment.tasks if task.name not in kept)
            past = session if self._course.config.forms else None  # who has inputs of their own meets nothing known
            exam = self.sit(bench, session, seed, wanted if kept else None, past=past)
            if session.is_unsteady:  # whatever a test made of that
                raise Unsteady
            scores = self._scores(bench, exam, kept)
            fresh = [score for score in scores if score.name in wanted]
            drawn = bench.drawings.added(fresh, session, seed, bench.assignment.rules)
            scores = tuple({score.name: score for score in (*scores, *drawn)}.values())
        finally:
            session.close()
        submission = dataclasses.replace(submission, problem=session.import_failure)
        return self._grade(submission, seed, scores, session.mechanisms)

    def try_answer(
        self, bench: Bench, module: types.ModuleType, seed: str, tasks: frozenset[str] | None = None
    ) -> Exam:
        """Let a trusted module, in this process, sit the suite."""
        exam = self._exam(bench, Direct(module), seed)
        return bench.suite.sit(dataclasses.replace(exam, tasks=tasks))

    def sit(self, bench: Bench, seat: Seat, seed: str, tasks: frozenset[str] | None = None, **more: Any) -> Exam:
        """Let whoever answers at this seat sit the suite, or the tests of these tasks. Raises ``GraderError`` where we
        failed in a test."""
        exam = bench.suite.sit(dataclasses.replace(self._exam(bench, seat, seed), tasks=tasks, **more))
        if exam.fault is not None:
            raise exam.fault
        return exam

    def prepare(self, assignment: Assignment) -> None:
        """Wait, once, for a first guest, and see whether it is confined as the course asks. Raises ``AssignmentError``
        where it is not."""
        config, root = self._course.config, self._course.root
        if self._is_prepared:
            return
        confined = config.isolation == "confined"
        if confined and (inside := [path for path in readable() if root.is_relative_to(Path(path).resolve())]):
            raise AssignmentError(f"{root} lies in {inside[0]}, which guests may read: move the course out of it")
        session = self.session(assignment, [])
        session.greet()
        session.close()
        lacking = [
            f"{name} is {state}" for name, state in session.mechanisms.items() if not state.startswith("applied")
        ]
        if confined and lacking:
            raise AssignmentError(
                f"{root}: isolation is `confined`, but on this machine {'; '.join(lacking)}. It takes Linux 5.13 or "
                "later with Landlock among its security modules, and libseccomp (package libseccomp2). Or set "
                "`isolation: process` to do without, for code that you trust"
            )
        self._is_prepared = True

    def session(self, assignment: Assignment, pieces: list[tuple[str, str]]) -> Recalling:
        """A session over this source, whose guests start when they are needed."""
        limits, server = assignment.limits, self.server()
        confined = self._course.config.isolation == "confined"
        forbids = tuple(target for name in assignment.tasks[0].forbids for target in targets(name))  # which comes first
        policy = Policy(memory_mb=limits.memory_mb, printed_kb=limits.printed_kb, confined=confined, forbids=forbids)
        loaded = Loaded(assignment.module, pieces, limits.import_seconds)
        return Recalling(lambda: server.guest(policy), loaded)

    def server(self) -> ForkServer:
        """The fork server, started at the first use."""
        if self._server is None:
            self._server = ForkServer()
        return self._server

    def bench(self, name: str, public: bool = False) -> Bench:
        """An assignment made ready, once. The public tests need no more than students have."""
        if (name, public) not in self._benches:
            assignment = self._course.assignment(name)
            self.server()  # warms up while the suite is collected
            use_once()  # and so do we
            self._benches[name, public] = make_public_bench(assignment) if public else make_bench(assignment)
            gc.freeze()  # what is loaded now stays: no collection during a grading looks at it again
            limit_memory(JUDGE_MEMORY_MB)
        return self._benches[name, public]

    def _exam(self, bench: Bench, seat: Seat, seed: str) -> Exam:
        assignment = bench.assignment
        return Exam(seat, bench.reference, seed, assignment.limits, assignment.owners, rules=assignment.rules)

    def _grade(
        self, submission: Submission, seed: str, scores: tuple[TaskScore, ...], mechanisms: Mapping[str, str]
    ) -> Grade:
        config = self._course.config
        return Grade(
            student=submission.student,
            assignment=submission.assignment,
            tasks=scores,
            seed=seed,
            graded_at=datetime.now(UTC).isoformat(timespec="seconds"),
            isolation={"level": config.isolation, "mechanisms": dict(mechanisms)},
            sources=submission.sources,
            versions=versions(),
            submitted_at=submission.submitted_at,
            late=late(self._course, submission),
            problem=submission.problem,
            notes=submission.notes,
            code=tuple({"label": segment.label, "source": segment.source} for segment in submission.segments),
        )

    def _scores(self, bench: Bench, exam: Exam, kept: Mapping[str, TaskScore]) -> tuple[TaskScore, ...]:
        """What the exam came to, with the mistakes that have a name, and what was kept."""
        scores = task_scores(bench.assignment, exam.results, kept)
        return tuple(score if score.name in kept else self._diagnosed(bench, exam, score) for score in scores)

    @staticmethod
    def _diagnosed(bench: Bench, exam: Exam, task: TaskScore) -> TaskScore:
        """The score with what is behind it, where the task failed by wrong answers. Where they would have to be trained
        in this process, nothing is looked for."""
        if task.outcome is not Outcome.FAILED or bench.assignment.task(task.name).training_seconds:
            return task
        return dataclasses.replace(task, diagnosis=bench.diagnostician.diagnose(exam, task.name, task.tests))


# This process's judges, by course, warm from one submission to the next.
_WARM: dict[Path, Judge] = {}


def warm_judge(course: Course, place: Path | None = None) -> Judge:
    """This process's judge for a course, made at the first call, with a fork server from the nursery at ``place`` where
    one is given."""
    if course.root not in _WARM:
        _WARM[course.root] = Judge(course, ForkServer(place) if place is not None else None)
    return _WARM[course.root]


def cool(course: Course) -> None:
    """End this process's judge for a course, so that the next call of ``warm_judge`` makes a new one."""
    if (judge := _WARM.pop(course.root, None)) is not None:
        judge.close()
