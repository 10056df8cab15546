"""What this machine can do, and what is said where it cannot."""

import shutil
import sys

import pytest

from autograder import doctor
from autograder.doctor import State, examine

from .graded_course import graded_course, write_graded


@pytest.fixture(scope="module")
def findings():
    """What is found here, by subject."""
    return {finding.subject: finding for finding in examine(graded_course().root)}


def test_this_machine_can_grade(findings):
    """A real guest says what confines it, and each library its version."""
    assert findings["guest: landlock"].state is State.FINE
    assert findings["guest: seccomp"].found.startswith("applied")
    assert findings["torch"].found.startswith("2.")
    assert findings["suites and solutions"].found == "all there: this machine can grade"
    assert findings["course"].found.startswith("A small course: 1 assignments")


def test_what_is_not_fine_says_how_to_mend_it(findings):
    """Every one; and what is fine needs no advice."""
    assert all(bool(one.mend) == (one.state is not State.FINE) for one in findings.values())


def test_a_students_copy_can_only_check(tmp_path):
    """Without suites and solutions there is nothing wrong with it."""
    course = write_graded(tmp_path)
    shutil.rmtree(tmp_path / "tests")
    found = {one.subject: one for one in doctor._course(course.root)}
    assert found["suites and solutions"].found == "none: a student's copy"
    assert found["suites and solutions"].state is State.NOTE


def test_the_published_secret_is_noticed(tmp_path, monkeypatch):
    """With it anybody could foretell the hidden inputs; one of one's own may come from the environment."""
    course = write_graded(tmp_path)
    path = course.root / "grading_config.yaml"
    path.write_text(path.read_text("utf-8").replace("not-a-real-secret", doctor.DEFAULT_SECRET), encoding="utf-8")
    assert {one.subject: one.state for one in doctor._course(course.root)}["secret"] is State.NOTE
    monkeypatch.setenv("AUTOGRADER_SECRET", "one-of-our-own")
    assert {one.subject: one.state for one in doctor._course(course.root)}["secret"] is State.FINE


def test_no_course_is_a_note(tmp_path):
    """The machine is examined all the same."""
    (found,) = doctor._course(tmp_path)
    assert (found.subject, found.state) == ("course", State.NOTE)


def test_another_system_is_missing_something(monkeypatch):
    """Guests exist on Linux only; an old Python is named with the right ones."""
    monkeypatch.setattr(sys, "platform", "darwin")
    found = {one.subject: one for one in doctor._machine()}
    assert found["system"].state is State.MISSING
    assert list(doctor._confinement()) == []
    assert doctor._package("no-such-package", State.NOTE, "install it").found == "not installed"
