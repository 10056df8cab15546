"""Grades as JUnit XML, one testsuite a submission: what CI servers and editors show as test results.

There is no standard, only what its readers agree on: ``testsuites/testsuite/testcase`` with counts in attributes.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree

from autograder.results import FINE, Grade, Outcome, TestResult

# All that XML 1.0 (section 2.2) does not allow in a document, not even escaped. A return would be read as a new line.
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(grades: Sequence[Grade]) -> str:
    """The document. A test that a student's answer did not pass is a failure, of the type that its outcome says; an
    error is what we failed to grade."""
    root = ElementTree.Element("testsuites")
    for grade in sorted(grades, key=lambda grade: (grade.assignment, grade.student)):
        root.append(_suite(grade))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(grade: Grade) -> ElementTree.Element:
    outcomes = [test.outcome for task in grade.tasks for test in task.tests]
    counts = {
        "tests": len(outcomes),
        "failures": sum(outcome not in (*FINE, Outcome.UNGRADED) for outcome in outcomes),
        "errors": outcomes.count(Outcome.UNGRADED),
        "skipped": outcomes.count(Outcome.SKIPPED),
    }
    suite = _element("testsuite", name=f"{grade.assignment}.{grade.student}", **counts)
    suite.set("time", f"{grade.seconds:.3f}")
    suite.set("timestamp", datetime.fromisoformat(grade.graded_at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    about = {
        "student": grade.student, "assignment": grade.assignment, "attempt": grade.attempt, "score": grade.score,
        "max_score": grade.max_score,
    }  # fmt: skip
    _properties(suite, about)
    for task in grade.tasks:
        for test in task.tests:
            suite.append(_case(f"{grade.assignment}.{task.name}", test))
    return suite


def _case(classname: str, test: TestResult) -> ElementTree.Element:
    case = _element("testcase", classname=classname, name=test.name, time=f"{test.seconds:.3f}")
    _properties(case, {"rubric": test.rubric, "weight": test.weight})
    if test.outcome is Outcome.SKIPPED:
        case.append(_element("skipped", message=test.message or test.rubric))
    elif test.outcome is not Outcome.PASSED:
        kind = "error" if test.outcome is Outcome.UNGRADED else "failure"
        found = _element(kind, type=test.outcome, message=test.rubric)
        found.text = _plain(test.message)
        case.append(found)
    if test.printed:
        printed = _element("system-out")
        printed.text = _plain(test.printed)
        case.append(printed)
    return case


def _properties(parent: ElementTree.Element, values: dict[str, object]) -> None:
    group = ElementTree.SubElement(parent, "properties")
    group.extend(_element("property", name=name, value=value) for name, value in values.items())


def _element(tag: str, **attributes: object) -> ElementTree.Element:
    return ElementTree.Element(tag, {name: _plain(str(value)) for name, value in attributes.items()})


def _plain(value: str) -> str:
    return _NOT_XML.sub("", value)
