"""The catalog of submissions, graded as one class under small limits: each case gets the grade that it must get."""

import dataclasses
import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

from autograder.course import Course, load_course
from autograder.discovery import discover
from autograder.grading import grade_all
from autograder.judge import cool
from autograder.reference import load_solutions
from autograder.results import Grade

ROOT = Path(__file__).resolve().parents[2]
LIMITS = {"test_seconds": 1.5, "task_seconds": 2.0, "import_seconds": 2.0, "memory_mb": 1024}


def _load_recipes() -> ModuleType:
    """The catalog lies beside the students' files, where no package is."""
    spec = importlib.util.spec_from_file_location("submission_recipes", ROOT / "tests" / "submissions" / "recipes.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


recipes = _load_recipes()
KINDS = ("honest", "broken")  # what is hostile has a test of its own
CASES = recipes.cases(*KINDS)


def _course() -> Course:
    """The course itself, in less time and memory."""
    course = load_course(ROOT)
    assignments = tuple(
        dataclasses.replace(assignment, limits=assignment.limits.model_copy(update=LIMITS))
        for assignment in course.assignments
    )
    return dataclasses.replace(course, assignments=assignments)


@pytest.fixture(scope="module")
def grades(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Grade]:
    """The grade of every case by its student, from one grading of them all."""
    folder = tmp_path_factory.mktemp("class")
    course = _course()
    solutions = {name: load_solutions(course.assignment(name)) for name in {case.assignment for case in CASES}}
    for case in CASES:
        recipes.write(case, course.assignment(case.assignment), solutions[case.assignment], folder)
    found = discover([folder], course, None, None)
    assert not found.unmatched
    try:
        return {grade.student: grade for grade in grade_all(course, found.submissions, jobs=2)}
    finally:
        cool(course)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.student)
def test_case_gets_its_grade(case, grades: Mapping[str, Grade]) -> None:
    """A submission of the catalog gets exactly the outcomes, the score and the words that its case asks for."""
    grade, expect = grades[case.student], case.expect
    everything = {task.name: str(task.outcome) for task in grade.tasks}
    tests = [test for task in grade.tasks for test in task.tests]
    messages = [grade.problem or "", *(test.message for test in tests), *(test.printed for test in tests)]
    default = expect.get("all") or expect["others"]
    assert everything == dict.fromkeys(everything, default) | dict(expect.get("tasks", {})), "\n".join(messages)
    assert grade.score == expect["score"], [(task.name, task.points) for task in grade.tasks]
    assert any(expect.get("says", "") in message for message in messages), "\n".join(messages)
    assert expect.get("notes", "") in "\n".join(grade.notes)
    assert (grade.late or {}).get("penalty", 0) == expect.get("penalty", 0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.student)
def test_case_shows_nothing_of_ours(case, grades: Mapping[str, Grade]) -> None:
    """What a student is told names none of the grader's own files and asks for no fault of ours."""
    grade = grades[case.student]
    messages = [grade.problem or "", *grade.notes, *(test.message for task in grade.tasks for test in task.tests)]
    assert grade.is_graded
    assert not [message for message in messages if "autograder/" in message or "our fault" in message]


def test_every_kind_has_cases() -> None:
    """The catalog is not empty by a mistake in a path: each kind has cases, and no two share a name."""
    assert {case.kind for case in CASES} == set(KINDS)
    assert len({case.student for case in CASES}) == len(CASES) > 80


def test_skipped_tests_take_over_no_failure(grades: Mapping[str, Grade]) -> None:
    """Where there is no GPU the tests that need one are skipped, whatever the test before them came to."""
    import torch

    tests = [test for grade in grades.values() for task in grade.tasks for test in task.tests]
    outcomes = {str(test.outcome) for test in tests if test.name.endswith("_on_the_gpu")}
    assert torch.cuda.is_available() or outcomes == {"skipped"}
