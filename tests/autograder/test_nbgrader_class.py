"""A class of 30 through nbgrader's own commands, the same scores from ours, and a human in Formgrader, in a browser."""

import contextlib
import csv
import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile

import pytest

from autograder import store

from .graded_course import MISTAKES, NAME, RIGHT
from .nbgrader_course import (
    ZIPPED,
    answered,
    autograder,
    cell_of,
    environment,
    make,
    nbgrader,
    released,
    scores,
    text_of,
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]
BODIES = {name: [*RIGHT[name], *MISTAKES[name]] for name in ("scale", "twice")}


def notebook_of(nb, number):
    """The notebook of one student: answers right and wrong, in many combinations; every sixth is as it was released."""
    if number % 6 == 5:
        return text_of(released(nb))
    book = answered(nb)
    chosen = list(itertools.product(BODIES["scale"], BODIES["twice"]))[number]
    for name, body in zip(("scale", "twice"), chosen, strict=True):
        cell_of(book, name).source = f"def {name}(x, lam):\n    {body}"
    return text_of(book)


@pytest.fixture(scope="module")
def thirty(tmp_path_factory):
    """The class, collected from a zip, graded by nbgrader's commands, and its gradebook synced."""
    root = tmp_path_factory.mktemp("thirty")
    course, nb = make(root)
    with (nb / "nbgrader_config.py").open("a") as config:
        config.write(f"c.FileNameCollectorPlugin.named_regexp = r{ZIPPED!r}\n")
    archive = nb / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "class.zip", "w") as file:
        for number in range(30):
            student = "student" + "abcdefghij"[number % 10] + "xyz"[number // 10]
            file.writestr(
                f"s_{student}_attempt_2027-02-0{1 + number % 9}-12-00-00_scaling.ipynb", notebook_of(nb, number)
            )
    nbgrader(nb, "zip_collect", NAME)
    autograder("grade", nb, "--out", nb / "graded", "--course", course.root, "--quiet")
    nbgrader(nb, "autograde", NAME)
    nbgrader(nb, "generate_feedback", NAME)
    nbgrader(nb, "export", "--to", str(root / "grades.csv"))
    autograder("gradebook", "sync", nb / "graded", "--course", course.root)
    return course, nb, root


def test_a_class_of_30_gets_the_same_scores(thirty):
    """Every score of nbgrader's export, late days and bonus included, and every task of its gradebook is ours."""
    _course, nb, root = thirty
    with (root / "grades.csv").open() as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    grades = store.read_all(nb / "graded")
    assert rows == {grade.student: grade.score for grade in grades}
    assert len(rows) == 30
    assert len(set(rows.values())) >= 5  # the class is no row of equal scores
    found = scores(nb)
    assert all(found[grade.student, f"points-{task.name}"] == task.points for grade in grades for task in grade.tasks)
    assert len(list((nb / "feedback").glob(f"*/{NAME}/scaling.html"))) == 30


@contextlib.contextmanager
def formgrader(nb, home):
    """nbgrader's Formgrader as a Jupyter server of its own; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser", "--ServerApp.token="]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={nb}"]
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(command, cwd=nb, env={**environment(), "HOME": str(home)}, stdout=log, stderr=log)
        try:
            address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 120
            while True:
                try:
                    urllib.request.urlopen(f"{address}/formgrader/gradebook", timeout=20).close()
                    break
                except (urllib.error.URLError, ConnectionError):
                    assert server.poll() is None, (home / "server.log").read_text()
                    assert time.monotonic() < deadline, "the server does not answer"
                    time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            server.wait(30)


@pytest.mark.skipif(not CHROMIUM and not os.environ.get("CI"), reason="needs chromium")
def test_formgrader_shows_our_scores_and_a_manual_grade_comes_back(thirty, tmp_path):
    """In a browser: the scores of the class; a score and a comment given there are in our feedback after a sync."""
    from playwright.sync_api import expect, sync_playwright

    course, nb, _root = thirty
    best = max(store.read_all(nb / "graded"), key=lambda grade: (grade.score, grade.student))
    with formgrader(nb, tmp_path) as address, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, env={**os.environ, "HOME": str(tmp_path)}
        )  # fmt: skip
        page = browser.new_page()
        page.goto(f"{address}/formgrader/manage_students/{best.student}/{NAME}")
        row = page.locator("#main_table, table").first
        expect(row).to_contain_text("/ 14")  # 10 points of the tasks, and 4 of the question
        expect(row).to_contain_text(f"{best.earned:g} / 14")
        page.locator("a[href*='/formgrader/submissions/']").first.click()
        score = page.locator("input#written-why_shift")
        for field, value in ((score, "3"), (page.locator("textarea#written-why_shift-comment"), "Well said.")):
            with page.expect_response(lambda answer: answer.request.method == "PUT"):
                field.fill(value)
                field.blur()
        browser.close()
    autograder("gradebook", "sync", nb / "graded", "--course", course.root)
    marks = {mark.cell: mark for mark in store.latest(nb / "graded", NAME, best.student).manual.marks}
    assert (marks["written-why_shift"].score, marks["written-why_shift"].comment) == (3.0, "Well said.")
    assert not marks["written-why_shift"].needs_human
    said = autograder("show", best.student, NAME, "--out", nb / "graded", "--course", course.root)
    assert "written-why_shift  marked by hand: 3 of 4" in said
    nbgrader(nb, "autograde", NAME, "--student", best.student, "--force")
    again = autograder("gradebook", "sync", nb / "graded", "--course", course.root)
    assert ", 0 with new marks by hand; 29 cells wait for a human" in again  # it survived being graded again
