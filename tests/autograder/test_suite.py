"""Suites that stay warm: collected once, sat by one exam after another, with nothing left over between them."""

import types

import pytest

from autograder.config import Limits
from autograder.errors import AssignmentError, GraderError
from autograder.exam import Direct, Exam
from autograder.results import Outcome
from autograder.suite import Item, Suite

KEEPS = '''\
"""Remembers the exam that it first saw, in fixtures of every scope."""

import pytest

seen = []


@pytest.fixture(scope="session")
def once():
    seen.append("made")
    yield
    seen.append("torn down")


def test_first(student, once):
    """The first."""
    assert student.answer() == 42


def test_second(student, once):
    assert student.answer() == 42, f"{len(seen)}"
'''


def exam_of(answer, tasks=None):
    """An exam whose student answers this."""
    module = types.ModuleType("student")
    module.answer = lambda: answer
    return Exam(Direct(module), module, "seed", Limits(), {}, tasks)


def write(path, text):
    """A file with this text; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def suite_of():
    """Makes suites, and closes them."""
    made = []

    def make(*files):
        made.append(Suite(files))
        return made[-1]

    yield make
    for suite in made:
        suite.close()


def outcomes(exam):
    """Of every test, by task."""
    return {task: [test.outcome for test in tests] for task, tests in exam.results.items()}


def test_one_collection_serves_many_exams(suite_of, tmp_path):
    """Each exam gets its own results, whatever the one before it came to."""
    suite = suite_of(write(tmp_path / "keeps.py", KEEPS))
    assert suite.items() == (Item("test_first", "keeps", "The first."), Item("test_second", "keeps", ""))
    for answer, outcome in ((42, Outcome.PASSED), (41, Outcome.FAILED), (42, Outcome.PASSED)):
        assert outcomes(suite.sit(exam_of(answer))) == {"keeps": [outcome, outcome]}


def test_fixtures_of_every_scope_end_with_their_exam(suite_of, tmp_path):
    """What a session-wide fixture held of one student is gone before the next one sits."""
    suite = suite_of(write(tmp_path / "keeps.py", KEEPS))
    counts = [suite.sit(exam_of(0)).results["keeps"][1].message for _ in range(3)]
    assert counts == ["1", "3", "5"]


def test_files_of_one_name_in_two_folders_are_two_suites(suite_of, tmp_path):
    """Two assignments may have a task of the same name; both have a test_public.py."""
    first = suite_of(write(tmp_path / "03_a" / "test_public.py", "def test_a(student):\n    pass\n"))
    second = suite_of(write(tmp_path / "07_b" / "test_public.py", "def test_b(student):\n    pass\n"))
    assert [item.name for item in (*first.items(), *second.items())] == ["test_a", "test_b"]


def test_an_exam_may_be_of_some_tasks(suite_of, tmp_path):
    """The suites of the others are not run."""
    files = [write(tmp_path / f"test_{task}.py", "def test_x(student):\n    student.answer()\n") for task in "abc"]
    exam = suite_of(*files).sit(exam_of(1, frozenset({"a", "c"})))
    assert outcomes(exam) == {"a": [Outcome.PASSED], "c": [Outcome.PASSED]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import nothing_of_this_name\n", "nothing_of_this_name"),
        ("def test_(:\n", "SyntaxError"),
        ("x = 1\n", "pytest ended with status"),
    ],
    ids=["import", "syntax", "no tests"],
)
def test_a_suite_that_cannot_be_collected_is_the_authors_mistake(tmp_path, text, told):
    """It is refused before anybody is graded by it, and says why."""
    with pytest.raises(AssignmentError, match=f"cannot be collected: [\\s\\S]*{told}"):
        Suite([write(tmp_path / "test_bad.py", text)])


def test_one_file_that_cannot_be_collected_refuses_all(tmp_path):
    """Half a suite would be an easier one."""
    good = write(tmp_path / "test_good.py", "def test_x(student):\n    pass\n")
    with pytest.raises(AssignmentError, match="ZeroDivisionError"):
        Suite([good, write(tmp_path / "test_bad.py", "1 / 0\n")])


def test_nobody_elses_configuration_counts(suite_of, tmp_path):
    """A conftest, an ini file or a plugin beside the suite changes nothing."""
    write(tmp_path / "conftest.py", "raise RuntimeError('never imported')\n")
    write(tmp_path / "pytest.ini", "[pytest]\naddopts = -k nothing_at_all\n")
    suite = suite_of(write(tmp_path / "test_a.py", "def test_x(student):\n    assert student.answer() == 1\n"))
    assert outcomes(suite.sit(exam_of(1))) == {"a": [Outcome.PASSED]}


def test_a_closed_suite_says_so_instead_of_waiting(tmp_path):
    """It is the grader's fault, and nobody hangs."""
    suite = Suite([write(tmp_path / "test_a.py", "def test_x(student):\n    pass\n")])
    suite.close()
    with pytest.raises(GraderError, match="has ended"):
        suite.sit(exam_of(1))


def test_a_suite_that_stops_pytest_is_a_fault_and_not_a_grade(tmp_path):
    """`pytest.exit` in a test ends the session: that exam raises, and so does the next."""
    suite = Suite([write(tmp_path / "test_a.py", "import pytest\n\n\ndef test_x(student):\n    pytest.exit('stop')\n")])
    with pytest.raises(GraderError, match="the suite failed: Exit"):
        suite.sit(exam_of(1))
    suite.close()
    with pytest.raises(GraderError, match="has ended"):
        suite.sit(exam_of(1))
