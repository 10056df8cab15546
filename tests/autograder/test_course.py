"""A course on disk: assignments and tasks with their paths, found from anywhere inside."""

import pickle
from pathlib import Path

import pytest

from autograder.config import Limits
from autograder.course import find_course, load_course, require_sources, with_secret
from autograder.errors import AssignmentError

from .small_course import write_course

CONFIG = """\
course: C
secret: long-enough
limits: {test_seconds: 5}
assignments:
  03_norm_penalties:
    title: N
    limits: {test_seconds: 60}
    tasks: [{id: "3.1", names: [l2], points: 1}]
  07_dropout:
    title: D
    tasks:
      - {id: "7.1", names: [f, g], points: 6}
      - {id: "7.2", names: [h], points: 2, bonus: true, needs: [f]}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A course's folder with nothing but its configuration."""
    (tmp_path / "grading_config.yaml").write_text(CONFIG)
    return tmp_path


def test_paths_and_names_follow_from_the_assignments_name(root: Path) -> None:
    """One name leads to source, suites, release and module."""
    assignment = load_course(root).assignment("07_dropout")
    assert assignment.module == "dropout"
    assert assignment.source == root / "solutions" / "07_dropout" / "dropout.py"
    assert assignment.released == root / "assignments" / "07_dropout"
    assert assignment.task("g").suite == root / "tests" / "graded" / "07_dropout" / "test_f.py"
    assert assignment.names == ("f", "g", "h")
    assert load_course(root).assignment("03").module == "norm_penalties"


def test_limits_of_an_assignment_replace_the_courses(root: Path) -> None:
    """Where it has none, the course's hold."""
    first, second = load_course(root).assignments
    assert (first.limits, second.limits) == (Limits(test_seconds=60), Limits(test_seconds=5))


@pytest.mark.parametrize("name", ["07_dropout", "dropout", "07"])
def test_assignments_go_by_folder_module_or_number(root: Path, name: str) -> None:
    """Any of the three finds it."""
    assert load_course(root).assignment(name).name == "07_dropout"


@pytest.mark.parametrize("name", ["7", "", "Dropout", "07_"])
def test_an_unknown_assignment_lists_what_there_is(root: Path, name: str) -> None:
    """The message names those that would be right."""
    with pytest.raises(AssignmentError, match="it has 03_norm_penalties, 07_dropout"):
        load_course(root).assignment(name)


def test_an_unknown_task_lists_what_there_is(root: Path) -> None:
    """Likewise for a task."""
    with pytest.raises(AssignmentError, match="07_dropout has no task 'x'; it has f, g, h"):
        load_course(root).assignment("07").task("x")


def test_a_course_is_found_from_inside(root: Path) -> None:
    """From any folder below the configuration, and nowhere else."""
    inside = root / "assignments" / "07_dropout"
    inside.mkdir(parents=True)
    assert find_course(inside) == find_course(root) == root.resolve()
    with pytest.raises(AssignmentError, match=r"no grading_config\.yaml in .* or above it"):
        find_course(Path(root.anchor))


def test_every_missing_source_is_listed(root: Path) -> None:
    """An author learns all at once which files to write; with all of them there is nothing to say."""
    assignment = load_course(root).assignment("07")
    with pytest.raises(AssignmentError) as caught:
        require_sources(assignment)
    names = ["dropout.py", "test_public.py", "accepted.py", "misconceptions.py", "test_f.py", "test_h.py"]
    assert [part.rpartition("/")[2] for part in str(caught.value).split(", ")] == names
    for path in (assignment.source, assignment.public_tests, *assignment.answers, *(t.suite for t in assignment.tasks)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    require_sources(assignment)


def test_a_course_travels_whole_and_is_read_once(tmp_path):
    """To workers, with each submission: the same there as here, one object however often it comes, and another where
    anything in it is another."""
    course = load_course(write_course(tmp_path).root)
    first, again = (pickle.loads(pickle.dumps(course)) for _ in range(2))
    assert first == course
    assert first is again
    other = with_secret(course, "another secret")
    assert pickle.loads(pickle.dumps(other)).config.secret == "another secret"
