"""The sentences of a grade: all in one file, each used, and a course's own in their place."""

import ast
import re
import shutil

import pytest

from autograder import store
from autograder.course import load_course
from autograder.discovery import discover
from autograder.errors import AssignmentError
from autograder.expect import Mismatch
from autograder.grading import grade_all, plan
from autograder.messages import MESSAGES, placeholders, say, say_plainly, speaking, wording
from autograder.remote.failures import StudentFailure, reraise
from autograder.remote.wire import Raised
from autograder.reports.advice import line_of_problem
from autograder.reports.texts import load_texts
from autograder.verdict import _ending

from .graded_course import GOOD, NAME, WRONG, graded_course, hand_in, warmed
from .test_imports import TREES, short

SENTENCES = {f"{section}.{key}": text for section, texts in wording(MESSAGES).items() for key, text in texts.items()}
# What a student reads is made by these, in any module.
SAYING = {
    "StudentFailure", "ProcessEnded", "ForbiddenCall", "GuestDied", "SubmissionError", "NotPythonError", "Mismatch",
    "Unsendable", "skip",
}  # fmt: skip
# Whose words are for somebody else: authors, and us; and the options and markers of a plain pytest run.
NOT_FOR_STUDENTS = {
    "AssignmentError", "GraderError", "GuestProtocolError", "BadFrame", "TypeError", "RuntimeError", "_require",
    "addinivalue_line", "addoption",
}  # fmt: skip
# Python's own way to name an exception, and our codec's.
NAMES_OF_ERRORS = {"SyntaxError: ", "GuestProtocolError: "}
# Words that stand elsewhere all the same: where, which, and why.
ELSEWHERE = {
    ("notebook", " cell "): "a label is a file's name in tracebacks, and part of what a grade depends on",
    ("remote.proxy", "<the student's "): "what Python shows of a proxy; messages name its class",
    ("remote.failures", "can't allocate memory"): "torch's words, by which its exception is known",
    ("remote.failures", "not enough memory"): "as above",
    ("remote.failures", "CUDA out of memory"): "as above",
}
AUTHORS_READ = {"proof"}  # the findings of `author check`


def called(node):
    """The last part of the name that is called, empty for what is no call of a name."""
    function = getattr(node, "func", None)
    return getattr(function, "attr", getattr(function, "id", ""))


def strings(node):
    """The string constants in a tree, those of f-strings included."""
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def keys_in(call):
    """The keys of messages that a call may be about: what its first argument names, both branches of an either-or."""
    return strings(call.args[0]) if call.args else []


def calls(*names):
    """Every call of one of these names, with the module that it is in."""
    for module, tree in TREES.items():
        yield from ((short(module), node) for node in ast.walk(tree) if called(node) in names)


def test_every_key_that_is_used_exists():
    """A misspelt one would be found by the student."""
    for module, call in calls("say", "say_plainly", "Unsendable", "Mismatch"):
        for key in keys_in(call):
            assert key in SENTENCES, f"{module}, line {call.lineno}: no message {key}"


def test_every_message_is_used():
    """So that a course which changes one sees a change."""
    used = {text for tree in TREES.values() for text in strings(tree)}
    assert set(SENTENCES) - used == set()


def test_every_message_is_given_what_it_puts_in():
    """All of its placeholders; and where one message is certain, nothing that it has no place for."""
    checked = 0
    for module, call in calls("say", "say_plainly", "Unsendable", "Mismatch"):
        given = {f"{{{keyword.arg}}}" for keyword in call.keywords}
        keys = keys_in(call)
        for key in keys:
            wanted = placeholders(SENTENCES[key])
            fits = wanted == given if len(keys) == 1 else wanted <= given
            assert fits, f"{module}, line {call.lineno}: {key} wants {sorted(wanted)}, and is given {sorted(given)}"
            checked += 1
    assert checked > 100


def test_what_a_message_puts_in_is_a_plain_name():
    """A number arrives as it is to be read, so that no course has to know about formats."""
    for key, text in SENTENCES.items():
        assert all(re.fullmatch(r"\{[a-z]+\}", name) for name in placeholders(text)), key


def test_no_failure_of_a_students_is_raised_with_words_of_its_own():
    """What these exceptions are made of is in the file, or is not language."""
    found = [
        f"{module}, line {call.lineno}: {text!r}"
        for module, call in calls(*SAYING)
        for text in strings(call)
        if re.search(r"[A-Za-z]{2}", text) and text not in SENTENCES and text not in NAMES_OF_ERRORS
    ]
    assert found == []


def sentences_elsewhere(tree):
    """Strings of more than one word in a tree that are no docstring and no message for others."""
    skipped = {id(part) for node in ast.walk(tree) if called(node) in NOT_FOR_STUDENTS for part in ast.walk(node)}
    skipped |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in skipped else None
        if isinstance(text, str) and re.search(r"[a-z]{2,}[,:;]? [a-z]|^ [a-z]+ | [a-z]+ $", text):
            yield text


def test_modules_that_speak_to_students_have_no_sentences_of_their_own():
    """Also where one is kept in a note, a table or a variable first."""
    speakers = [name for name, tree in TREES.items() if any(called(node) == "say" for node in ast.walk(tree))]
    assert len(speakers) > 15
    found = {
        (short(name), text) for name in speakers if short(name) not in AUTHORS_READ
        for text in sentences_elsewhere(TREES[name])
    }  # fmt: skip
    assert found == set(ELSEWHERE)


GERMAN = """\
[reading]
empty_folder = "Der Ordner ist leer; erwartet: {expected}"
or = " oder "
one_unused = "{names} zählt nicht, nur {chosen}"

[python]
where = "{label}, Zeile {line}"

[calls]
raised = "löste {error} aus: {message}"
missing = "{name} fehlt"
import_raised = "Beim Import: {error}: {message}"
unsendable = "{name} gab zurück, was kein Test annimmt: {reason}"

[unsendable]
deep = "zu tief geschachtelt, oder in sich selbst enthalten"

[process]
exited = "Der Prozess hat sich selbst beendet (Status {status})"

[tests]
blocked = "Vorher nötig: {names}"

[checks]
result = "das Ergebnis"
values = "{what} stimmt nicht"
shape = "{what} hat die Form {found} statt {wanted}"
"""
STEMS = {
    "ada": GOOD,
    "ben": WRONG,
    "cleo": "def scale(x, lam):\n    return (2 * lam",
    "dora": "def scale(x, lam):\n    raise ValueError('no')\n",
    "emil": "import nowhere_to_be_found\n",
    "finn": GOOD.replace("return (2 * lam + 0.25) * x", "x = []; x.append(x); return x"),
    "gwen": "import os\n" + GOOD.replace("return scale(x, self.lam)", "os._exit(3)"),
}


def with_messages(root, text):
    """A copy of the graded course in ``root``, with these messages; its judge shares the session's fork server."""
    shutil.copytree(graded_course().root, root)
    (root / "templates").mkdir()
    (root / "templates" / MESSAGES).write_text(text, encoding="utf-8")
    return warmed(load_course(root))


def submissions_of(folder, course):
    """What the class handed in, read in the course's words."""
    for student, source in STEMS.items():
        hand_in(folder, student, source)
    (folder / "hugo" / NAME).mkdir(parents=True)
    (folder / "ada" / NAME / "notes.txt").write_text("mine", encoding="utf-8")
    return discover([folder], course, None, None).submissions


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The class graded in German, and again by the course without messages of its own, in one process: two dicts of
    grades by student; the German course; and the folder in which the class lies."""
    folder = tmp_path_factory.mktemp("words")
    course = with_messages(folder / "course", GERMAN)
    submissions = submissions_of(folder / "in", course)
    german = {grade.student: grade for grade in grade_all(course, submissions, jobs=1)}
    english_ones = discover([folder / "in"], graded_course(), None, None).submissions
    english = {grade.student: grade for grade in grade_all(graded_course(), english_ones, jobs=1)}
    return german, english, course, folder / "in"


def messages_of(grade, task):
    """The first lines of what the tests of a task say."""
    return {test.message.partition("\n")[0] for named in grade.tasks if named.name == task for test in named.tests}


def test_a_grade_speaks_the_language_of_its_course(graded):
    """A wrong answer, one that raises, one that cannot be read, returned or imported, one that ends its process, and an
    empty folder."""
    german, _, _, _ = graded
    assert messages_of(german["ben"], "scale") == {"das Ergebnis stimmt nicht"}
    assert messages_of(german["ben"], "twice") == {"Vorher nötig: `scale`"}
    assert german["cleo"].problem.startswith("scaling.py, Zeile 2: SyntaxError: ")
    assert messages_of(german["dora"], "scale") == {"löste ValueError aus: no"}
    assert messages_of(german["dora"], "Scaler") == {"Scaler fehlt"}
    assert german["emil"].problem.startswith("Beim Import: ModuleNotFoundError: No module named")
    assert messages_of(german["finn"], "scale") == {
        "scale gab zurück, was kein Test annimmt: zu tief geschachtelt, oder in sich selbst enthalten"
    }
    assert "Der Prozess hat sich selbst beendet (Status 3)" in messages_of(german["gwen"], "Scaler")
    assert german["hugo"].problem == "Der Ordner ist leer; erwartet: `scaling.py` oder `scaling.ipynb`"
    assert german["ada"].notes == ("notes.txt zählt nicht, nur scaling.py",)


def test_another_course_in_the_same_process_keeps_its_own(graded):
    """Nothing of the German one is left over; and what a course does not name stays ours."""
    _, english, course, _ = graded
    assert messages_of(english["ben"], "scale") == {"the result has wrong values"}
    assert messages_of(english["dora"], "Scaler") == {"`Scaler` is not defined"}
    assert english["hugo"].problem == "the folder is empty; expected `scaling.py` or `scaling.ipynb`"
    with speaking(course.root):
        assert say("checks.values", what="x") == "x stimmt nicht"
        assert say("checks.nan", what="x") == "x contains NaN"


def test_which_failures_are_alike_does_not_hang_on_words(graded):
    """What a diagnosis compares is the sentence in our words."""
    with speaking(graded[2].root):
        error = Mismatch("checks.values", what="x")
    assert (str(error), _ending(error)) == ("x stimmt nicht", "x has wrong values")


def test_words_change_no_points_and_no_diagnosis(graded):
    """All that is counted is the same in both courses, and the mistake found by the same name."""
    german, english, _, _ = graded
    for student, grade in german.items():
        for ours, theirs in zip(english[student].tasks, grade.tasks, strict=True):
            assert (ours.outcome, ours.points, ours.diagnosis) == (theirs.outcome, theirs.points, theirs.diagnosis)
    assert german["ben"].tasks[0].diagnosis is not None


def test_the_page_marks_the_line_in_other_words_too(graded):
    """Where a problem names a line, as ours does or with another word for it."""
    german, english, _, _ = graded
    assert list(line_of_problem(german["cleo"])) == list(line_of_problem(english["cleo"])) == [("scaling.py", 2)]


def test_other_words_make_no_grade_stale(graded, tmp_path):
    """Only a submission of which nothing can be run is told anew; all others keep the words of their grading."""
    _, english, course, folder = graded
    for grade in english.values():
        store.write(tmp_path, grade)
    todo = plan(course, discover([folder], course, None, None).submissions, tmp_path)
    assert {order.submission.student for order in todo.orders} == {"cleo", "hugo"}
    assert [grade.student for grade in todo.restated] == ["ada"]  # its note is read anew, and nothing of it is run
    assert {grade.student for grade in todo.unchanged} == {"ben", "dora", "emil", "finn", "gwen"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[check]\nnan = 'x'\n", r"unknown section \[check\]; there are kinds, reading"),
        ("checks = 'x'\n", r"checks is 'x'; expected a section \[checks\]"),
        ("[checks]\nnann = 'x'\n", r"\[checks\] has no 'nann'; it has result, rate"),
        ("[checks]\nnan = 3\n", r"\[checks\] nan is 3; expected a text in quotes"),
        ("[checks]\nnan = '{was} ist NaN'\n", r"\[checks\] nan: unknown placeholder \{was\}; it may have \{what\}"),
        ("[checks]\nnan = '{what!r}'\n", r"unknown placeholder \{what!r\}; it may have \{what\}"),
        ("[checks]\nnan = '{what.x}'\n", r"unknown placeholder \{what.x\}"),
        ("[checks]\nnan = '{what:{x}}'\n", r"unknown placeholder \{what:\{x\}\}"),
        ("[checks]\nnan = '{}'\n", r"unknown placeholder \{\}"),
        ("[checks]\nthe_model = '{name}'\n", r"unknown placeholder \{name\}; it has none"),
        ("[checks]\nnan = 'a } b'\n", r"\[checks\] nan: Single '\}' .*; a brace that is meant is written twice"),
        ("[checks\n", "not valid TOML"),
    ],
)
def test_a_mistake_in_a_courses_messages_is_named(tmp_path, text, told):
    """With the file, the place, and what would be right; before anything is graded."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / MESSAGES).write_text(text, encoding="utf-8")
    with pytest.raises(AssignmentError, match=rf"templates/messages\.toml: .*{told}"), speaking(tmp_path):
        pass


def test_placeholders_of_words_are_checked_as_well(tmp_path):
    """``words.toml`` has some, too."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "words.toml").write_text("[next]\nfailed = '{rubrik}'\n", encoding="utf-8")
    with pytest.raises(
        AssignmentError, match=r"\[next\] failed: unknown placeholder \{rubrik\}; it may have \{rubric\}"
    ):
        load_texts(tmp_path)


def test_a_course_may_leave_out_what_ours_puts_in(tmp_path):
    """And write a brace twice to mean one; afterwards our own words are back."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / MESSAGES).write_text("[checks]\nnan = 'a {{NaN}}'\n", encoding="utf-8")
    with speaking(tmp_path):
        assert say("checks.nan", what="x") == "a {NaN}"
        assert say_plainly("checks.nan", what="x") == "x contains NaN"
    assert say("checks.nan", what="x") == "x contains NaN"


def test_a_claim_of_a_hostile_guest_is_told_as_nothing():
    """A key that is no reason for a value's not being sendable, one that does not exist, and one without its values."""
    for claim in (
        (),
        ("grader.rubric",),
        ("unsendable.nothing",),
        ("unsendable.bits",),
        ("unsendable.bits", "key", "x"),
    ):
        with pytest.raises(StudentFailure) as caught:
            reraise(Raised(("Unsendable", *claim), "", ""), "f")
        assert caught.value.message == "`f` returned what a test cannot receive: a value cannot be sent: ?"
