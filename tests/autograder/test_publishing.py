"""Everything that is made from stored grades, and made again."""

import dataclasses

import pytest

from autograder.publishing import Press, publish, without_names
from autograder.reports import csv, feedback

from .test_classroom import CLASS
from .test_page import CONFIG, SOURCE, TEXTS


@pytest.mark.parametrize("jobs", [1, 2])
def test_all_files_are_written(tmp_path, jobs):
    """Feedback twice, the class, the index, the scores; by one process as by several."""
    pages = list(publish(Press(tmp_path, CONFIG, TEXTS), CLASS, jobs))
    assert pages[-1] == tmp_path / "index.html"
    names = {one.student for one in CLASS}
    assert {path.stem for path in (tmp_path / "feedback" / "04_scaling").iterdir()} == names
    assert len(pages) == len(CLASS) + 1
    assert (tmp_path / "class" / "04_scaling.html").is_file()
    assert (tmp_path / "scores.csv").read_text("utf-8") == csv.text(CLASS)
    assert (tmp_path / "feedback" / "04_scaling" / "ann.txt").read_text("utf-8") == feedback.text(CLASS[0], TEXTS)


def test_only_pages_that_changed_are_written_again(tmp_path):
    """Those of other assignments stay; index and scores tell of all."""
    press = Press(tmp_path, CONFIG, TEXTS)
    both = [*CLASS, *(dataclasses.replace(one, assignment="09_gone") for one in CLASS)]
    press.overview(both, changed=["04_scaling"])
    assert [path.name for path in (tmp_path / "class").iterdir()] == ["04_scaling.html"]
    assert "09_gone" in (tmp_path / "index.html").read_text("utf-8")


def test_without_names_nothing_tells_who_it_was(tmp_path):
    """Neither in a page, nor in an address, a file name, a message, the scores or the class."""
    (known,) = [one for one in CLASS if one.student == "bob"]
    test = dataclasses.replace(
        known.tasks[0].tests[1], message='File "bobs_file.py", line 3: bob', printed="my name is bob"
    )
    tasks = (dataclasses.replace(known.tasks[0], tests=(test,)), *known.tasks[1:])
    bob = dataclasses.replace(
        known, tasks=tasks, notes=("bobs_file.py is taken",), code=({"label": "bobs_file.py", "source": SOURCE},),
        sources=({"path": "bobs_file.py", "sha256": "00"},), problem="bobs_file.py is odd",
    )  # fmt: skip
    list(
        publish(
            Press(tmp_path, CONFIG, TEXTS), without_names([bob, *(one for one in CLASS if one is not known)]), jobs=1
        )
    )
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2 * len(CLASS) + 3
    for path in files:
        assert "bob" not in str(path.relative_to(tmp_path))
        assert "bob" not in path.read_text("utf-8")
