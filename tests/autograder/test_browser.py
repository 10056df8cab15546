"""The pages in a real browser, as students and instructors open them: from a folder, on a desk and on a phone.

It takes Chromium (Debian's package ``chromium``) and axe-core (``npm install --prefix tests/browser``). Where either is
missing the tests are skipped, but not in CI. Screenshots are kept in AUTOGRADER_SCREENSHOTS, where that is set.
"""

import dataclasses
import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest

from autograder.compose import module_text
from autograder.course import load_course
from autograder.discovery import discover
from autograder.grading import grade_all
from autograder.publishing import Press, publish
from autograder.reference import load_solutions
from autograder.reports.texts import load_texts

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "tests" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# What keeps a browser that is run by a test, perhaps as root, from looking for updates.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync",
         "--disable-component-update", "--no-first-run"]  # fmt: skip
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
MANY = 1000
COURSE = load_course(ROOT)
lacking = [name for name, found in (("chromium", CHROMIUM), ("axe-core", AXE.is_file())) if not found]
pytestmark = pytest.mark.skipif(bool(lacking) and not os.environ.get("CI"), reason=f"needs {' and '.join(lacking)}")


def hand_in(folder, student, assignment, text):
    """A submission in a tree of students."""
    path = folder / student / assignment.name / f"{assignment.module}.py"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small real class of two assignments, and 1,000 students of one, published as `grade` does."""
    made = tmp_path_factory.mktemp("browser")
    for name in ("07_dropout", "10_augmentation"):
        assignment = COURSE.assignment(name)
        solutions = load_solutions(assignment)
        wrong = {answer.replaces: answer for answer in solutions.misconceptions}
        hand_in(made / "in", "ada", assignment, module_text(solutions, {}, otherwise="reference"))
        hand_in(made / "in", "ben", assignment, module_text(solutions, wrong))
        hand_in(made / "in", "cleo", assignment, solutions.stub)
        hand_in(made / "in", "dan", assignment, "def (:\n")
    raising = module_text(load_solutions(COURSE.assignment("07_dropout")), {}) + (
        "\n\ndef bernoulli_mask(v, p):\n    print('here', p)\n    raise IndexError('no such unit')\n"
    )
    hand_in(made / "in", "eve", COURSE.assignment("07_dropout"), raising)
    found = discover([made / "in"], COURSE, None, None)
    grades = sorted(grade_all(COURSE, found.submissions, jobs=2), key=lambda one: (one.assignment, one.student))
    press = Press(made / "out", COURSE.config, load_texts(ROOT))
    list(publish(press, grades, jobs=1))
    dropout = [grade for grade in grades if grade.assignment == "07_dropout"]
    many = [
        dataclasses.replace(dropout[n % len(dropout)], student=f"student.{n:04d}", seed=f"{n:04d}") for n in range(MANY)
    ]
    Press(made / "many", COURSE.config, load_texts(ROOT)).overview(many)
    return made


@pytest.fixture(scope="module")
def browser():
    """Chromium, headless."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play, tempfile.TemporaryDirectory() as home:
        running = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS, env={**os.environ, "HOME": home})
        yield running
        running.close()


@pytest.fixture
def opened(browser, folder):
    """Opens a page of the class: fails on any error on the console, and on any request that leaves the folder."""
    contexts, troubles = [], []

    def open_page(path, size="desk", scheme="light", **more):
        context = browser.new_context(viewport=SIZES[size], color_scheme=scheme, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: troubles.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "request", lambda asked: None if asked.url.startswith(("file:", "data:")) else troubles.append(asked.url)
        )
        page.goto((folder / path).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


PAGES = {
    "index": "out/index.html", "class": "out/class/07_dropout.html", "right": "out/feedback/07_dropout/ada.html",
    "wrong": "out/feedback/07_dropout/ben.html", "stub": "out/feedback/07_dropout/cleo.html",
    "broken": "out/feedback/07_dropout/dan.html", "raised": "out/feedback/07_dropout/eve.html",
    "pictures": "out/feedback/10_augmentation/ada.html",
}  # fmt: skip


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        ("desk", "light"),
        ("phone", "dark"),
        pytest.param("desk", "dark", marks=pytest.mark.slow),
        pytest.param("phone", "light", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(opened, name, size, scheme):
    """axe-core finds no serious violation of WCAG 2 A and AA, not in what is folded either; nothing sticks out."""
    page = opened(PAGES[name], size, scheme)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice']})")
    assert found["passes"]
    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in serious] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if kept := os.environ.get("AUTOGRADER_SCREENSHOTS"):
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = false; })")
        page.screenshot(path=Path(kept) / f"{name}-{size}-{scheme}.png", full_page=True)


def test_the_first_screen_answers_both_questions(opened):
    """How did I do, and what now? Also on a phone, without scrolling. And: who needs me, and what do I reteach?"""
    for size, tall in ((name, box["height"]) for name, box in SIZES.items()):
        page = opened(PAGES["wrong"], size)
        for place in (page.locator(".score"), page.locator(".next li").first):
            box = place.bounding_box()
            assert box["y"] + box["height"] <= tall
    page = opened(PAGES["class"])
    for heading in ("Who needs you?", "What to teach again?", "How did it go?"):
        box = page.get_by_role("heading", name=heading).bounding_box()
        assert box["y"] + box["height"] <= SIZES["desk"]["height"]


def shown(page):
    """The students that the table shows, in order."""
    return page.locator("#students tbody tr:visible th").all_inner_texts()


def test_the_table_sorts(opened):
    """By a number as numbers, up and then down; by name as names."""
    page = opened(PAGES["class"])
    assert shown(page) == ["dan", "ada", "ben", "cleo", "eve"]  # the one of which nothing ran first
    score = page.locator("#students thead th").nth(1)
    score.get_by_role("button").click()
    values = [float(text) for text in page.locator("#students tbody tr:visible td:nth-child(2)").all_inner_texts()]
    assert values == sorted(values)
    assert score.get_attribute("aria-sort") == "ascending"
    score.get_by_role("button").click()
    assert shown(page)[0] == "ada"
    page.locator("#students thead th").first.get_by_role("button").press("Enter")
    assert shown(page) == ["ada", "ben", "cleo", "dan", "eve"]


def test_the_table_searches_and_filters(opened):
    """By text, by kind and by mistake; a figure on the first screen is a filter, and the count says what is left."""
    page = opened(PAGES["class"])
    page.get_by_label("Search").fill("EV")
    assert shown(page) == ["eve"]
    assert page.get_by_role("status").inner_text() == "1 of 5 shown"
    page.get_by_role("link", name="of which nothing ran").click()
    assert shown(page) == ["dan"]
    page.get_by_label("Show").select_option("full")
    assert shown(page) == ["ada"]
    page.locator("a[data-mistake]").first.click()
    assert shown(page) == ["ben"]


def test_links_lead_from_the_course_to_a_students_page(opened):
    """Index, class, student; and the task named in the first step is on the page."""
    page = opened(PAGES["index"])
    page.get_by_role("link", name="Dropout").click()
    page.get_by_role("link", name="ben", exact=True).click()
    assert page.locator(".score").inner_text().endswith("of 64 points")
    page.locator(".next a").first.click()
    assert page.url.partition("#")[2] == "bernoulli_mask"
    assert page.locator("#bernoulli_mask .hint").is_visible()


def test_dark_mode_is_switched_by_hand_and_kept(opened):
    """The button turns it on and off; another page of the same browser remembers."""
    page = opened(PAGES["class"])
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Dark mode").click()
    dark = page.evaluate(paper)
    assert dark != light
    page.reload()
    assert page.evaluate(paper) == dark
    page.get_by_role("button", name="Light mode").click()
    assert page.evaluate(paper) == light


def test_everything_is_readable_without_a_script(opened):
    """Both pages, whole; what needs a script is not shown."""
    page = opened(PAGES["class"], java_script_enabled=False)
    assert shown(page) == ["dan", "ada", "ben", "cleo", "eve"]
    assert not page.locator("#tools").is_visible()
    assert not page.locator("#theme").is_visible()
    assert "IndexError: no such unit" in opened(PAGES["raised"], java_script_enabled=False).inner_text("main")


def test_the_line_that_raised_is_marked_and_open(opened):
    """Without a click."""
    page = opened(PAGES["raised"])
    assert page.locator("#bernoulli_mask li.raised").inner_text().startswith("    raise IndexError('no such unit')")
    assert page.locator("#bernoulli_mask li.raised").is_visible()
    assert "here 0." in page.locator("#bernoulli_mask").inner_text()


def test_a_class_of_a_thousand_opens_and_filters(opened):
    """All are there; how long it took is printed (`-rP`), and measured in benchmarks/."""
    began = time.monotonic()
    page = opened("many/class/07_dropout.html")
    assert page.get_by_role("status").inner_text() == f"{MANY} of {MANY} shown"
    print(f"opened in {time.monotonic() - began:.2f} s")
    page.get_by_label("Search").fill("student.0999")
    assert shown(page) == ["student.0999"]
