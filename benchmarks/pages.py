"""How long a class's pages take: writing 1,000 of them on all cores, and opening the class's page in a browser.

    uv run python benchmarks/pages.py [--students 1000] [--out benchmarks/pages.json]

The grades are real ones, of the demo's class, each many times. A page's time is also given as a share of grading one
submission in the same run, so that the figure can be compared across machines.
"""

import argparse
import dataclasses
import json
import shutil
import tempfile
import time
from pathlib import Path

from autograder.course import load_course
from autograder.demo import write_class
from autograder.discovery import discover
from autograder.executors.local import cores
from autograder.grading import grade_all
from autograder.publishing import Press, publish
from autograder.reports.texts import load_texts

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "07_dropout"


def main() -> None:
    """Grade the demo's class once, then write and open."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    course, texts = load_course(ROOT), load_texts(ROOT)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write_class(course, folder / "in")
        found = discover([folder / "in"], course, ASSIGNMENT, None).submissions
        began = time.perf_counter()
        grades = list(grade_all(course, found, jobs=1))
        grading = (time.perf_counter() - began) / len(grades)
        many = [
            dataclasses.replace(grades[n % len(grades)], student=f"student.{n:04d}", seed=f"{n:08d}")
            for n in range(options.students)
        ]
        press = Press(folder / "out", course.config, texts)
        began = time.perf_counter()
        pages = sum(1 for _ in publish(press, many, cores()))
        writing = time.perf_counter() - began
        opening = opened_in(folder / "out" / "class" / f"{ASSIGNMENT}.html")
        megabytes = sum(path.stat().st_size for path in (folder / "out").rglob("*.html")) / 1e6
    figures = {
        "students": options.students, "cores": cores(), "pages": pages, "seconds_to_write": round(writing, 1),
        "page_as_share_of_a_grading": round(writing * cores() / pages / grading, 3), "megabytes": round(megabytes),
        "seconds_to_open_the_class": opening,
    }  # fmt: skip
    text = json.dumps(figures, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


def opened_in(page: Path) -> float | None:
    """Seconds until a browser has loaded the class's page and its script has run; None without a browser."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        return None
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=flags)
        tab = browser.new_page()
        began = time.perf_counter()
        tab.goto(page.as_uri())
        tab.get_by_role("status").get_by_text("shown").wait_for()
        seconds = time.perf_counter() - began
        browser.close()
    return round(seconds, 2)


if __name__ == "__main__":
    main()
