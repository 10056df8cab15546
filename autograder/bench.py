"""An assignment made ready to grade by: its suite collected, its reference loaded, its misconceptions at hand."""

import types
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import Assignment, require_sources
from autograder.diagnosis import Diagnostician
from autograder.drawing import Drawings, load_drawings
from autograder.errors import AssignmentError
from autograder.exam import Direct, Exam
from autograder.reference import Solutions, load_solutions, run
from autograder.remote.conversation import Conversations
from autograder.remote.forbidden import targets
from autograder.suite import Suite


@dataclass(frozen=True)
class Bench:
    """What grading by one assignment takes; ``past`` is how its tests have ended so far."""

    assignment: Assignment
    solutions: Solutions
    reference: types.ModuleType
    suite: Suite
    diagnostician: Diagnostician
    drawings: Drawings
    past: Conversations = field(default_factory=Conversations)


def make_bench(assignment: Assignment) -> Bench:
    """The hidden suites, made ready. Raises ``AssignmentError`` where a file is missing or says what cannot be."""
    require_sources(assignment)
    for name in (name for task in assignment.tasks for name in task.forbids):
        targets(name)  # a misspelt name would forbid nothing
    solutions = load_solutions(assignment)
    reference = _named(assignment, solutions)
    drawings = load_drawings(assignment, assignment.pictures)
    return _bench(assignment, solutions, reference, Suite([task.suite for task in assignment.tasks]), drawings)


def make_public_bench(assignment: Assignment) -> Bench:
    """The public tests, made ready. They compare with worked examples, so they need no reference."""
    path = assignment.released / "test_public.py"
    if not path.is_file():
        raise AssignmentError(f"{assignment.name}: {path} is missing; `autograder release` writes it")
    nothing = Solutions(assignment.module, ("", ""), "", (), (), ())
    drawings = load_drawings(assignment, assignment.released / "pictures.py")
    return _bench(assignment, nothing, types.ModuleType(assignment.module), Suite([Path(path)]), drawings)


def _bench(
    assignment: Assignment, solutions: Solutions, reference: types.ModuleType, suite: Suite, drawings: Drawings
) -> Bench:
    def sit(module: types.ModuleType, seed: str, tests: frozenset[str], restless: bool) -> Exam:
        exam = Exam(
            Direct(module, restless),
            reference,
            seed,
            assignment.limits,
            assignment.owners,
            tests=tests,
            rules=assignment.rules,
        )
        return suite.sit(exam)

    return Bench(assignment, solutions, reference, suite, Diagnostician(solutions, assignment.owners, sit), drawings)


def _named(assignment: Assignment, solutions: Solutions) -> types.ModuleType:
    """The reference as a module that knows its file, by which its frames are told from a suite's."""
    reference = run(assignment.module, solutions.segments())
    reference.__file__ = str(assignment.source)
    return reference
