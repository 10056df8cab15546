"""Words and templates: ours, and those of a course in their place."""

import pytest

from autograder.errors import AssignmentError
from autograder.reports.texts import load_texts
from autograder.results import Outcome


def course_with(folder, **files):
    """A course's folder with these files among its templates."""
    (folder / "templates").mkdir()
    for name, text in files.items():
        (folder / "templates" / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def test_every_outcome_has_words_and_a_mark():
    """Ours, without a course."""
    texts = load_texts()
    assert all(texts.outcome(outcome) for outcome in Outcome)
    assert texts.mark(Outcome.PASSED) != texts.mark(Outcome.FAILED) == texts.mark(Outcome.CRASHED)


def test_a_course_without_templates_has_ours(tmp_path):
    """Nothing needs to be there."""
    assert load_texts(tmp_path).words == load_texts().words


def test_a_course_changes_single_words(tmp_path):
    """What it does not name stays."""
    texts = load_texts(course_with(tmp_path, words__toml='[outcomes]\npassed = "richtig"\n'))
    assert texts.outcome(Outcome.PASSED) == "richtig"
    assert texts.outcome(Outcome.FAILED) == load_texts().outcome(Outcome.FAILED)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[outcomes]\npased = 'x'\n", r"words\.toml: \[outcomes\] has no 'pased'; it has passed, failed"),
        ("[sounds]\nx = 'y'\n", r"words\.toml: unknown section \[sounds\]; there are outcomes, marks"),
        ("[outcomes]\npassed = 3\n", r"words\.toml: \[outcomes\] passed is 3; expected a text in quotes"),
        ("[outcomes\n", r"words\.toml: not valid TOML"),
    ],
)
def test_a_mistake_in_a_courses_words_is_named(tmp_path, text, told):
    """With what would be right."""
    with pytest.raises(AssignmentError, match=told):
        load_texts(course_with(tmp_path, words__toml=text))


def test_a_course_replaces_a_template(tmp_path):
    """Ours can still be included by it, and what students wrote is escaped in it, too."""
    texts = load_texts(course_with(tmp_path, index__html__j2="{% include 'theme.js' %}<p>{{ course }}</p>"))
    shown = texts.render("index.html.j2", course="<b>us</b>")
    assert "<p>&lt;b&gt;us&lt;/b&gt;</p>" in shown
    assert "localStorage" in shown


@pytest.mark.parametrize("text", ["{{ nothing.of.it }}", "{% if %}", "{{ 1/0 }}"])
def test_a_mistake_in_a_courses_template_is_named(tmp_path, text):
    """An author's mistake is no traceback."""
    texts = load_texts(course_with(tmp_path, index__html__j2=text))
    with pytest.raises(AssignmentError, match=r"index\.html\.j2"):
        texts.render("index.html.j2")
