"""What the grades of a class come to, and the pages that say it."""

import dataclasses
import re

import pytest

from autograder.reports.classpage import anonymous, class_page, index_page
from autograder.reports.classroom import classroom, correlation, kinds_of
from autograder.results import Diagnosis, Outcome, TestResult

from .test_page import CONFIG, TEXTS, grade, parsed, task, text_of

P, F = Outcome.PASSED, Outcome.FAILED
HINT = Diagnosis("scale__unshifted", "You forgot the shift.", "DS 542, Scaling")
OTHER = Diagnosis("twice__once", "Once is not twice.", "DS 542, Scaling")


def student(name, scale=(P, P), twice=(P, P), **more):
    """A grade of two tasks; a diagnosis of each may be given."""
    found = {key: more.pop(key, None) for key in ("scale_mistake", "twice_mistake")}
    return grade(
        task("scale", *scale, diagnosis=found["scale_mistake"]),
        task("twice", *twice, diagnosis=found["twice_mistake"]),
        student=name,
        **more,
    )


CLASS = [
    student("ann"), student("cyd", (F, F), (F, F)),
    student("bob", (P, F), (F, F), scale_mistake=HINT, twice_mistake=OTHER),
    student("dee", (P, F), (P, F), scale_mistake=HINT), student("eve", (P, P), (P, F)),
    student("fay", (Outcome.MISSING,) * 2, (Outcome.MISSING,) * 2, problem="fay.py is empty"),
    student("gus", (Outcome.UNGRADED, P), (P, P)), student("hal", (Outcome.TIMED_OUT, P), (P, P)),
]  # fmt: skip


def item(name):
    """A task of the class."""
    return next(one for one in classroom(CLASS).tasks if one.name == name)


def test_the_urgent_ones_come_first():
    """What we failed to grade, then what did not run at all, then everybody by name."""
    assert [one.student for one in classroom(CLASS).grades] == ["gus", "fay", "ann", "bob", "cyd", "dee", "eve", "hal"]


def test_success_is_the_mean_share_of_the_points():
    """Over those who were graded: 1, 1/2, 0, 1/2, 1, 0, 1/2."""
    assert item("scale").success == pytest.approx(3.5 / 7)
    assert [test.success for test in item("scale").tests] == [pytest.approx(4 / 7), pytest.approx(3 / 7)]


def test_discrimination_is_the_correlation_with_the_other_tasks():
    """By hand: the shares of both tasks of the seven who were graded."""
    scale, twice = [1, 0.5, 0, 0.5, 1, 0, 0.5], [1, 0, 0, 0.5, 0.5, 0, 1]
    mean_s, mean_t = sum(scale) / 7, sum(twice) / 7
    upper = sum((s - mean_s) * (t - mean_t) for s, t in zip(scale, twice, strict=True))
    lower = (sum((s - mean_s) ** 2 for s in scale) * sum((t - mean_t) ** 2 for t in twice)) ** 0.5
    assert item("scale").discrimination == pytest.approx(upper / lower)


@pytest.mark.parametrize(("xs", "ys"), [([1, 2], [1, 2]), ([1] * 9, range(9)), (range(9), [0] * 9), ([], [])])
def test_no_discrimination_where_it_means_nothing(xs, ys):
    """Too few, or no spread."""
    assert correlation(list(xs), list(ys)) is None


def test_a_skipped_test_counts_nowhere():
    """Neither in a task's success nor among its tests; a task of skipped tests only is not one of the class's."""
    one = grade(task("scale", P, Outcome.SKIPPED), task("extra", Outcome.SKIPPED))
    found = {task.name: task for task in classroom([one]).tasks}
    assert [test.name for test in found["scale"].tests] == ["t0"]
    assert found["extra"].tests == ()


def test_mistakes_are_counted_and_gathered_by_section():
    """The most frequent first; a student who holds two of one section is one student."""
    room = classroom(CLASS)
    assert [(one.name, one.students) for one in room.mistakes] == [
        ("scale__unshifted", ("bob", "dee")), ("twice__once", ("bob",)),
    ]  # fmt: skip
    (section,) = room.sections
    assert (section.name, section.students) == ("DS 542, Scaling", ("bob", "dee"))


def test_the_histogram_counts_everybody_who_was_graded():
    """Full marks, with and without bonus, are in the last bar."""
    more = dataclasses.replace(CLASS[0], student="zoe", tasks=(*CLASS[0].tasks, task("extra", P, bonus=True)))
    counts = [bar.count for bar in classroom([*CLASS, more]).histogram]
    assert sum(counts) == 8
    assert counts[-1] == 2
    assert counts[0] == 2


def test_the_slowest_tests_come_first():
    """By their median."""
    slow = dataclasses.replace(CLASS[0].tasks[0], tests=(TestResult("slow", "Law.", P, seconds=3.0),))
    room = classroom([dataclasses.replace(CLASS[0], tasks=(slow, CLASS[0].tasks[1]))])
    assert (room.slowest[0].name, room.slowest[0].seconds) == ("slow", (3.0, 3.0))


@pytest.mark.parametrize(
    ("name", "kinds"),
    [("ann", {"full"}), ("bob", {"named"}), ("cyd", {"empty"}), ("fay", {"broken", "empty"}), ("gus", {"ungraded"}),
     ("hal", {"costly"}), ("eve", set())],
)  # fmt: skip
def test_each_submission_has_its_kinds(name, kinds):
    """By which an instructor finds it."""
    assert set(kinds_of(next(one for one in CLASS if one.student == name))) == kinds


def test_the_page_of_a_class_says_it_all_and_links_everybody():
    """Well nested; each student's page is linked, each mistake counted, and a section leads to its lecture."""
    html = class_page(CLASS, CONFIG, TEXTS)
    tags = parsed(html)
    assert [link for link in tags.links if link.startswith("../feedback/")] == [
        f"../feedback/04_scaling/{one.student}.html" for one in classroom(CLASS).grades
    ]
    assert {link[1:] for link in tags.links if link.startswith("#")} <= set(tags.ids)
    text = text_of(html)
    for said in ("1 not graded", "1 of which nothing ran", "1 ran out of time", "2 of 8 students", "median of 14"):
        assert said in text, said
    assert html.count('data-mistake="scale__unshifted"') == 1
    assert "https://example.org/ds542/" in tags.links


def test_what_students_wrote_is_text_on_the_pages_of_a_class():
    """A name is no markup, and no address that leads elsewhere."""
    evil = student("<script>alert(1)</script>", problem='"><img src=x>')
    for html in (class_page([evil], CONFIG, TEXTS), index_page([evil], CONFIG, TEXTS)):
        tags = parsed(html)
        assert html.count("<script") == 1
        assert "img" not in tags.names
        assert all(link.startswith(("#", "..", "class/", "scores", "https://example.org")) for link in tags.links)


def test_the_index_leads_to_every_assignment():
    """With its figures, and what must be graded again."""
    html = index_page([*CLASS, dataclasses.replace(CLASS[0], assignment="09_gone")], CONFIG, TEXTS)
    links = parsed(html).links
    assert {"class/04_scaling.html", "class/09_gone.html", "scores.csv", "feedback/04_scaling/gus.html"} <= set(links)
    assert re.search(r"Scaling things 8 1 ", text_of(html))


def test_numbers_stand_for_names_in_an_order_that_says_nothing():
    """The order of the secret seeds, the same for all assignments of a student."""
    grades = [dataclasses.replace(one, seed=f"{9 - n}") for n, one in enumerate(CLASS)]
    again = [dataclasses.replace(one, assignment="09_gone", seed=f"9{n}") for n, one in enumerate(CLASS)]
    numbers = anonymous([*grades, *again])
    assert numbers["ann"] == "student-8"
    assert sorted(numbers.values()) == [f"student-{n}" for n in range(1, 9)]
