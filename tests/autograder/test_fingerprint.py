"""What a task's outcome depends on: each of it changes the hash, and nothing else does."""

from dataclasses import replace

import pytest

from autograder import fingerprint
from autograder.course import load_course, with_secret
from autograder.fingerprint import fingerprints
from autograder.notebook import Segment
from autograder.submission import Submission

from .graded_course import GOOD, write_graded

MINE = Submission("ana", "04_scaling", (Segment("scaling.py", GOOD),), (), None)


@pytest.fixture
def course(tmp_path):
    """A course of one's own."""
    return write_graded(tmp_path)


def fresh(course, submission=MINE):
    """The hashes as another process finds them."""
    for remembered in (fingerprint._surroundings, fingerprint._content, fingerprint._package):
        remembered.cache_clear()
    return fingerprints(load_course(course.root), submission)


def test_every_task_has_a_hash_of_its_own(course):
    """The same for the same, whoever asks."""
    found = fresh(course)
    assert list(found) == ["scale", "Scaler", "twice"]
    assert len(set(found.values())) == 3
    assert fresh(course) == found


@pytest.mark.parametrize(
    "other",
    [
        replace(MINE, student="bob"), replace(MINE, segments=(Segment("scaling.py", GOOD + "\n"),)),
        replace(MINE, segments=(Segment("scaling.ipynb cell 1", GOOD),)), replace(MINE, problem="it is empty"),
    ],
)  # fmt: skip
def test_another_submission_is_another_hash(course, other):
    """Its student, since inputs are theirs; its text, its labels, which messages name, and what is wrong with it."""
    assert not set(fresh(course, other).values()) & set(fresh(course).values())


def test_when_it_was_handed_in_changes_no_outcome(course):
    """Nor do its notes and the name of its file."""
    later = replace(
        MINE, submitted_at="2027-02-01T00:00:00+00:00", notes=("n",), sources=({"path": "p", "sha256": "0"},)
    )
    assert fresh(course, later) == fresh(course)


def rewritten(path, old, new):
    """Change a file."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_suite_changes_its_task_and_what_builds_on_it(course):
    """`twice` is built on by nothing, `scale` by all."""
    before = fresh(course)
    suites = course.assignments[0].suites
    rewritten(suites / "test_twice.py", "import", "import ")
    after = fresh(course)
    assert [name for name in before if before[name] != after[name]] == ["twice"]
    rewritten(suites / "test_scale.py", "import", "import ")
    assert not set(fresh(course).values()) & set(after.values())


def test_what_lies_beside_a_suite_or_a_solution_counts(course):
    """A helper of the suites, the misconceptions behind a hint, the pictures."""
    known = set(fresh(course).values())
    for path in (course.assignments[0].suites / "helpers.py", course.assignments[0].pictures):
        path.write_text("X = 1\n", encoding="utf-8")
        found = set(fresh(course).values())
        assert not found & known
        known |= found


@pytest.mark.parametrize(
    ("old", "new"),
    [("isolation: process", "isolation: confined"), ("points: 7}", "points: 7, forbids: [torch.mul]}"),
     ("points: 7}", "points: 7, changes_arguments: true}"),
     ("isolation: process", "limits: {memory_mb: 512}\nisolation: process")],
    ids=["isolation", "forbids", "rules", "limits"],
)  # fmt: skip
def test_what_a_test_may_meet_counts(course, old, new):
    """Another limit or rule may have another outcome."""
    before = fresh(course)
    rewritten(course.root / "grading_config.yaml", old, new)
    assert not set(fresh(course).values()) & set(before.values())


@pytest.mark.parametrize(("old", "new"), [("points: 7", "points: 70"), ("title: Scaling things", "title: Scales")])
def test_what_no_test_looks_at_does_not_count(course, old, new):
    """Points and titles are worked out anew."""
    before = fresh(course)
    rewritten(course.root / "grading_config.yaml", old, new)
    assert fresh(course) == before


def test_another_secret_is_another_hash(course):
    """All inputs are others then."""
    assert not set(fingerprints(with_secret(course, "another-secret"), MINE).values()) & set(fresh(course).values())


def test_this_packages_own_source_counts(monkeypatch, tmp_path, course):
    """Even where its version stays the same."""
    before = fresh(course)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "expect.py").write_text("changed\n", encoding="utf-8")
    monkeypatch.setattr(fingerprint, "_PACKAGE", tmp_path / "package")
    assert not set(fresh(course).values()) & set(before.values())
    fingerprint._package.cache_clear()
