"""One submission's page: what it says first, what it shows, and what it must never do."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest

from autograder.config import Config
from autograder.picture import Picture, Plot, image, mark, series
from autograder.reports.advice import line_of_problem, lines_that_raised, steps
from autograder.reports.code import listings, whole
from autograder.reports.page import page, replay, share
from autograder.reports.texts import load_texts
from autograder.results import Diagnosis, Grade, Outcome, TaskScore, TestResult

CONFIG = Config.model_validate(
    {
        "course": "Small", "secret": "not-a-real-secret", "lectures": {"DS 542": "https://example.org/ds542/"},
        "assignments": {"04_scaling": {"title": "Scaling things", "tasks": [
            {"id": "4.1", "names": ["scale", "shift"], "points": 7},
            {"id": "4.2", "names": ["twice"], "points": 3, "needs": ["scale"]},
            {"id": "4.3", "names": ["extra"], "points": 2, "bonus": True},
        ]}},
    }
)  # fmt: skip
TEXTS = load_texts()
NEEDS = {"twice": ("scale",)}
P, F = Outcome.PASSED, Outcome.FAILED
VOID = {"meta", "img", "br", "input", "path", "rect", "circle", "polyline", "link"}


def task(name, *outcomes, message="", printed="", bonus=False, **more):
    """A task whose tests came to these outcomes."""
    tests = tuple(
        TestResult(f"t{n}", f"Law {n} of {name}.", outcome, message=message, printed=printed)
        for n, outcome in enumerate(outcomes)
    )
    return TaskScore(name, 7.0, bonus, tests, **more)


def grade(*tasks, student="alice", **more):
    """A grade of these tasks."""
    isolation = {"level": "confined", "mechanisms": {"landlock": "applied (ABI 7)"}}
    return Grade(student, "04_scaling", tasks, "5eed", "2027-02-01T00:00:00+00:00", isolation, **more)


def shown(one, **more):
    """The page of a grade."""
    return page(one, CONFIG, TEXTS, **more)


def text_of(html):
    """What a reader sees."""
    plain = re.sub(r"<(style|script)\b.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(plain.split())


class Tags(HTMLParser):
    """Checks that every element is closed, and collects attributes."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.names = [], [], [], set()

    def handle_starttag(self, tag, attrs):
        """Remember it."""
        found = dict(attrs)
        self.names.add(tag)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [value for key, value in found.items() if key in ("href", "src", "action")]
        assert not [key for key in found if key.startswith("on")], "no script in attributes"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Of a drawing: closed at once."""
        self.handle_starttag(tag, attrs)
        assert tag in VOID

    def handle_endtag(self, tag):
        """Close it."""
        assert self.open.pop() == tag


def parsed(html):
    """The page's elements; what is not well nested is an error."""
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    return tags


def told(one, public=False):
    """The steps as (task, sentence)."""
    return [(step.task, step.sentence) for step in steps(one, TEXTS, NEEDS, public)]


def test_what_was_tried_comes_before_what_is_not_written_and_what_waits():
    """Core tasks before bonus ones."""
    one = grade(
        task("extra", F, bonus=True), task("twice", Outcome.BLOCKED), task("b", Outcome.UNFINISHED), task("scale", P, F)
    )
    assert [name for name, _ in told(one)] == ["scale", "b", "twice", "extra"]
    assert told(one)[0][1] == "Not yet so: Law 1 of scale."
    assert told(one)[2][1] == "It builds on `scale`: solve that first."


@pytest.mark.parametrize("outcome", [one for one in Outcome if one not in (P, Outcome.SKIPPED)])
def test_every_outcome_leads_to_a_step(outcome):
    """In words, whatever happened."""
    ((name, sentence),) = told(grade(task("scale", outcome, message="m")))
    assert sentence
    assert "{" not in sentence
    assert name == ("" if outcome is Outcome.UNGRADED else "scale")


def test_a_problem_is_the_only_step():
    """Nothing else can be done before it is mended."""
    one = grade(task("scale", Outcome.MISSING), problem="scaling.py is empty")
    assert [sentence for _, sentence in told(one)] == [
        "Nothing could be run. Mend this first, and hand in again: scaling.py is empty"
    ]


def test_a_diagnosis_is_the_step_of_its_task():
    """The hint, and where to read."""
    known = Diagnosis("scale__unshifted", "You forgot the shift.", "DS 542, Scaling")
    assert told(grade(task("scale", F, diagnosis=known))) == [
        ("scale", "You forgot the shift. Reread DS 542, Scaling.")
    ]


def test_who_is_done_is_told_so():
    """Passing the public tests is not the same."""
    done = grade(task("scale", P, Outcome.SKIPPED))
    assert told(done) == [("", "Everything is right. Nothing is left to do.")]
    assert "hidden tests ask for more" in told(done, public=True)[0][1]


def test_lines_that_raised_are_read_from_tracebacks():
    """File or cell, and line; a rubric line that speaks of lines is none."""
    frames = '  File "a.ipynb cell 5", line 3, in f\n    g()\n  File "a.ipynb cell 7", line 12, in g\n'
    message = f"raised ValueError: no\n{frames}"
    assert list(lines_that_raised(task("scale", F, message=message))) == [("a.ipynb cell 5", 3), ("a.ipynb cell 7", 12)]
    assert list(lines_that_raised(task("scale", F, message="see line 3 of the File"))) == []


SOURCE = """\
import torch

def scale(x):
    return x

@torch.no_grad()
def scale(x):
    raise ValueError("<no>")
"""


def test_a_task_shows_its_own_definitions_where_they_are_written_last():
    """With their decorators and true line numbers; what raised is marked."""
    (one,) = listings([{"label": "a.py", "source": SOURCE}], ["scale", "absent"], frozenset({("a.py", 8)}))
    assert (one.label, [line.number for line in one.lines]) == ("a.py", [6, 7, 8])
    assert [line.raised for line in one.lines] == [False, False, True]
    assert "&lt;no&gt;" in one.lines[2].html


def test_a_file_that_is_no_python_shows_the_line():
    """With a few lines around it, where the page begins; a message that only looks alike marks nothing."""
    source = "".join(f"x{n} = {n}\n" for n in range(1, 20)) + "def (:\n" + "y = 1\n" * 20
    one = grade(
        task("scale", Outcome.MISSING), problem="a.py, line 20: SyntaxError: invalid syntax",
        code=({"label": "a.py", "source": source},),
    )  # fmt: skip
    text = text_of(shown(one).partition('id="tasks"')[0])
    assert "x16 = 16 x17 = 17 x18 = 18 x19 = 19 def (: ← here y = 1 y = 1 y = 1 y = 1" in text
    assert list(line_of_problem(grade(problem="a.py is empty"))) == []


def test_the_whole_code_has_every_line_once():
    """Also of a text that is no Python, and without what is not to be seen."""
    pieces = [{"label": "a.py", "source": "def (:\n\u202eevil\x1b[31m <b>"}]
    (one,) = whole(pieces, frozenset())
    assert [line.html for line in one.lines] == ["def (:", "\ufffdevil\ufffd[31m &lt;b&gt;"]
    assert listings(pieces, ["scale"], frozenset()) == ()


def test_a_page_is_whole_and_asks_for_nothing_from_outside():
    """Well nested, ids unique, its own links lead somewhere, and only the lecture's lies elsewhere."""
    known = Diagnosis("scale__unshifted", "You forgot the shift.", "DS 542, Scaling")
    rows = series("yours", [0, 1], [1, 2]), series("given", [0], [1], "dots", own=False)
    plot = Plot("Loss", "epoch", "loss", rows, (mark("you stop here", 1),))
    drawing = Picture("A curve", "Look at it.", (plot, image("before", [[0.0, 1.0]])))
    message = 'raised ValueError: no\n  File "a.py", line 8, in scale'
    one = grade(
        task("scale", P, F, message=message, printed="seen", diagnosis=known, picture=drawing), task("twice", P),
        code=({"label": "a.py", "source": SOURCE},), sources=({"path": "a.py", "sha256": "00ff"},), notes=("a note",),
        versions={"torch": "2"}, submitted_at="2027-02-01T00:00:00+00:00", attempt=2,
        late={"penalty": 0.25, "due": "2027-01-31T00:00:00+00:00", "seconds": 86400},
    )  # fmt: skip
    tags = parsed(shown(one))
    assert len(set(tags.ids)) == len(tags.ids)
    assert not tags.names & {"iframe", "object", "embed", "form", "link"}
    outside = [link for link in tags.links if not link.startswith(("#", "data:image/png;base64,"))]
    assert outside == ["https://example.org/ds542/"]
    assert {link[1:] for link in tags.links if link.startswith("#")} <= set(tags.ids)
    text = text_of(shown(one))
    for said in (
        "Scaling things", "alice", "attempt 2", "7.88 of 14 points", "25 % of the points were taken off",
        "You forgot the shift.", "a note", "Law 0 of scale.", "raised ValueError: no", "printed: seen", "A curve",
        "you stop here", "← here",
        "landlock applied (ABI 7)", "5eed", "torch 2", "autograder grade a.py --assignment 04_scaling --student alice",
    ):  # fmt: skip
        assert said in text, said


def test_what_students_wrote_is_shown_and_never_run():
    """Markup in a name, a message, a print, code or file name is text."""
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"&'"
    one = grade(
        task("scale", F, message=evil, printed=evil), student=evil, problem=None, notes=(evil,),
        code=({"label": evil, "source": f"# {evil}\ndef scale(x):\n    '{evil}"},),
        sources=({"path": evil, "sha256": evil},),
    )  # fmt: skip
    html = shown(one)
    tags = parsed(html)
    assert html.count("<script") == 1
    assert "img" not in tags.names
    assert "alert(1)" in text_of(html)


def test_public_tests_speak_of_no_points():
    """Passing them is not the whole story."""
    text = text_of(shown(grade(task("scale", P, F), task("empty")), public=True))
    assert "1 of 2 pass" in text
    assert "points" not in text
    assert "empty" not in text


def test_a_message_is_told_once_for_each_task():
    """The second rubric line that failed for the same reason does not repeat it."""
    html = shown(grade(task("scale", F, F, message="it has shape [2]", printed="x = 3")))
    assert html.count("it has shape [2]") == html.count("x = 3") == 1


def test_a_problem_is_told_at_the_top_and_not_in_every_line():
    """The reason why nothing ran."""
    one = grade(task("scale", Outcome.MISSING, Outcome.MISSING, message="a.py is empty"), problem="a.py is empty")
    assert shown(one).count("a.py is empty") == 1


def test_an_assignment_that_the_course_no_longer_has_still_has_a_page():
    """An old grade can be read."""
    assert "09_gone" in shown(dataclasses.replace(grade(task("scale", P)), assignment="09_gone"))


def test_the_bar_and_the_command():
    """Bonus points fill the bar and no more; a check is replayed by a check."""
    assert share(grade(task("scale", P), task("extra", P, bonus=True))) == 1.0
    assert share(grade(task("scale", P, F))) == 0.5
    assert replay(grade(task("scale", P)), public=True) == "autograder check 04_scaling"
