"""PATHs on a command line become submissions; what fits none is named, never lost."""

import io
import zipfile
from pathlib import Path

import pytest

from autograder.course import Course, load_course
from autograder.discovery import Discovery, discover
from autograder.errors import AssignmentError
from autograder.naming import student_id

GOOD = "def f():\n    return 1\n"
CONFIG = "course: C\nsecret: long-enough\nassignments:\n"
ROW = "  {}:\n    title: T\n    tasks:\n      - {{id: '1.1', names: [f], points: 1}}\n"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with 03_norm_penalties and 07_dropout."""
    return course_of(tmp_path, "03_norm_penalties", "07_dropout")


def course_of(tmp_path: Path, *names: str) -> Course:
    """A course with these assignments."""
    root = tmp_path / "-".join(names)
    root.mkdir()
    (root / "grading_config.yaml").write_text(CONFIG + "".join(ROW.format(name) for name in names))
    return load_course(root)


def put(folder: Path, *names: str) -> Path:
    """Good files, or folders where the name ends in a slash, under ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        elif name.endswith(".zip"):
            path.write_bytes(zip_bytes("dropout.py"))
        else:
            path.write_text(GOOD)
    return folder


def zip_bytes(*names: str) -> bytes:
    """A zip with good files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, zip_bytes("dropout.py") if name.endswith(".zip") else GOOD)
    return stream.getvalue()


def pairs(found: Discovery, readable: bool = True) -> list[tuple[str, str]]:
    """(assignment's number, student) of each submission."""
    if readable:
        assert [item.problem for item in found.submissions if item.problem] == []
    return [(item.assignment[:2], item.student) for item in found.submissions]


TREE = ("bob/07_dropout/dropout.py", "alice/07_dropout/dropout.py", "alice/norm_penalties/norm_penalties.py")


@pytest.mark.parametrize("at", ["", "submitted"])
def test_tree_and_nbgraders_tree(tmp_path: Path, course: Course, at: str) -> None:
    """`<student>/<assignment>/` is read below a folder, below `submitted/`, and from the course that holds it."""
    put(tmp_path / "t" / at, *TREE)
    for path in (tmp_path / "t", tmp_path / "t" / at):
        found = discover([path], course, None, None)
        assert pairs(found) == [("03", "alice"), ("07", "alice"), ("07", "bob")]
        assert found.unmatched == ()


def test_tree_may_be_narrowed(tmp_path: Path, course: Course) -> None:
    """--assignment and --student select; where nothing is left, what there is instead is said."""
    put(tmp_path / "t", *TREE)
    assert pairs(discover([tmp_path / "t"], course, "dropout", None)) == [("07", "alice"), ("07", "bob")]
    assert pairs(discover([tmp_path / "t"], course, None, "alice")) == [("03", "alice"), ("07", "alice")]
    found = discover([tmp_path / "t"], course, "03", "bob")
    assert found.submissions == ()
    assert "nothing of bob 03_norm_penalties; it has alice" in found.unmatched[0]


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("t/alice", "alice"), ("t/alice/07_dropout", "alice"),
        ("t/alice/07_dropout/dropout.py", "alice"), ("t", "alice"),
    ],
)  # fmt: skip
def test_any_level_of_a_tree_of_one_student(tmp_path: Path, course: Course, path: str, student: str) -> None:
    """A student's folder, an assignment's in it, its file: a folder named like an assignment is no student."""
    put(tmp_path, "t/alice/07_dropout/dropout.py")
    assert pairs(discover([tmp_path / path], course, None, None)) == [("07", student)]
    assert pairs(discover([tmp_path / path], course, None, "alice")) == [("07", "alice")]


def test_students_folders_that_hold_the_file(tmp_path: Path, course: Course) -> None:
    """`<student>/dropout.py` works without --assignment, wrapped in a folder or not; an empty one needs it."""
    put(tmp_path / "t", "alice/dropout.py", "bob/hw/norm_penalties.py", "carol/")
    found = discover([tmp_path / "t"], course, None, None)
    assert pairs(found) == [("03", "bob"), ("07", "alice")]
    assert "t/carol: names no assignment and holds no `norm_penalties.py` or `dropout.py`" in found.unmatched[0]
    found = discover([tmp_path / "t"], course, "07_dropout", None)
    assert pairs(found, readable=False) == [("07", "alice"), ("07", "carol")]
    assert "the folder is empty" in (found.submissions[1].problem or "")


def test_flat_folder(tmp_path: Path, course: Course) -> None:
    """Names tell student and assignment, in either order; a file that tells neither is named."""
    put(
        tmp_path / "t", "alice_dropout.py", "bob-07_dropout.zip", "dropout_carol.py", "dave.zip", "Eve_Dropout (1).py",
        "smith_12_34_dropout-2.py", "frank_norm_penalties.py", "gina.py", "dropout.py.txt", "dropuot.py",
        "henry_dropout/dropout.py",
    )  # fmt: skip
    found = discover([tmp_path / "t"], course, None, None)
    assert pairs(found) == [
        ("03", "frank"), ("07", "Eve"), ("07", "alice"), ("07", "bob"), ("07", "carol"), ("07", "dave"),
        ("07", "henry"), ("07", "smith_12_34"),
    ]  # fmt: skip
    whys = [line.removeprefix(f"{tmp_path / 't'}/") for line in found.unmatched]
    assert whys == [
        "dropout.py.txt: is no submission; expected a .py, .ipynb or .zip file, or a folder",
        "dropuot.py: names no student; expected for example alice_dropuot.py",
        "gina.py: names no assignment; expected for example gina_norm_penalties.py, or --assignment",
    ]
    assert ("07", "gina") in pairs(discover([tmp_path / "t"], course, "07", None))


def test_a_course_of_one_assignment_needs_no_names(tmp_path: Path) -> None:
    """`alice.py` is for the only assignment there is."""
    found = discover([put(tmp_path / "t", "alice.py", "bob.py")], course_of(tmp_path, "07_dropout"), None, None)
    assert pairs(found) == [("07", "alice"), ("07", "bob")]


def test_one_file(tmp_path: Path, course: Course) -> None:
    """The student is --student's, else the name's, else the folder's."""
    put(tmp_path / "zoe", "dropout.py", "alice_dropout.py", "dropuot.py", "hw.py")
    zoe = tmp_path / "zoe"
    assert pairs(discover([zoe / "dropout.py"], course, None, None)) == [("07", "zoe")]
    assert pairs(discover([zoe / "dropout.py"], course, None, "amy")) == [("07", "amy")]
    assert pairs(discover([zoe / "alice_dropout.py"], course, None, None)) == [("07", "alice")]
    misspelt = discover([zoe / "dropuot.py"], course, None, None)
    assert pairs(misspelt, readable=False) == [("07", "zoe")]
    wrong = discover([zoe / "hw.py"], course, "07", "amy")
    assert [item.problem for item in (*misspelt.submissions, *wrong.submissions)] == [
        f"found `{name}`; expected `dropout.py` or `dropout.ipynb`" for name in ("dropuot.py", "hw.py")
    ]


def test_relative_paths(tmp_path: Path, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """`dropout.py` and `.` take the name of the folder that they are in."""
    monkeypatch.chdir(put(tmp_path / "zoe", "dropout.py"))
    for path in ("dropout.py", "."):
        assert pairs(discover([Path(path)], course, None, None)) == [("07", "zoe")]


def test_a_folder_with_the_module_is_one_submission(tmp_path: Path, course: Course) -> None:
    """Files beside it that look like other students' are named rather than lost."""
    found = discover([put(tmp_path / "t", "dropout.py", "alice_dropout.py", "helper.py")], course, None, None)
    assert pairs(found) == [("07", "t")]
    assert found.unmatched == (
        f"{tmp_path}/t/alice_dropout.py: is beside dropout.py, which makes the folder one submission",
    )


@pytest.mark.parametrize(
    ("zip_name", "members", "expected"),
    [
        ("alice.zip", ["dropout.py"], ["alice"]),
        ("alice_dropout.zip", ["hw/dropout.py", "hw/x.txt"], ["alice"]),
        ("dropout.zip", ["dropout.py"], ["t"]),
        ("class.zip", ["alice/07_dropout/dropout.py", "bob/dropout/dropout.py"], ["alice", "bob"]),
        ("class.zip", ["submitted/alice/07_dropout/dropout.py"], ["alice"]),
        ("class.zip", ["alice/07_dropout/dropout.py"], ["alice"]),
        ("class.zip", ["alice_dropout.py", "bob_dropout.py"], ["alice", "bob"]),
        ("class.zip", ["hw/alice_dropout.py", "hw/bob_dropout.py"], ["alice", "bob"]),
        ("class.zip", ["alice/dropout.py", "bob/dropout.py"], ["alice", "bob"]),
    ],
)
def test_zips(tmp_path: Path, course: Course, zip_name: str, members: list[str], expected: list[str]) -> None:
    """A zip is one submission where it holds the module, a class where it holds a tree or named files."""
    (put(tmp_path / "t") / zip_name).write_bytes(zip_bytes(*members))
    assert pairs(discover([tmp_path / "t" / zip_name], course, None, None)) == [("07", name) for name in expected]


def test_zips_that_hold_no_module(tmp_path: Path, course: Course) -> None:
    """With --assignment they are a student's problem, not other students; without, they are unmatched."""
    put(tmp_path / "t")
    path = tmp_path / "t" / "alice.zip"
    for content, why in (
        (zip_bytes("main.py", "other.py"), "found `main.py`, `other.py`"),
        (zip_bytes("a/x.py", "b/y.py"), "found `a/`, `b/`"),
        (zip_bytes(), "the archive is empty"), (b"no zip", "`alice.zip` is not a zip"),
    ):  # fmt: skip
        path.write_bytes(content)
        for where in (path, path.parent):
            found = discover([where], course, "07", None)
            assert pairs(found, readable=False) == [("07", "alice")]
            assert why in (found.submissions[0].problem or "")
            assert len(discover([where], course, None, None).unmatched) == 1


def test_zips_in_a_zip_are_named(tmp_path: Path, course: Course) -> None:
    """They are not opened, and not lost."""
    (put(tmp_path / "t") / "class.zip").write_bytes(zip_bytes("alice.zip", "bob_dropout.py", "carol_dropout.zip"))
    found = discover([tmp_path / "t" / "class.zip"], course, None, None)
    assert pairs(found, readable=False) == [("07", "bob"), ("07", "carol")]
    assert "zip inside a zip" in (found.submissions[1].problem or "")
    assert "zip inside a zip" in found.unmatched[0]


def test_nobody_is_chosen_between_two(tmp_path: Path, course: Course) -> None:
    """A second submission of one student for one assignment is named; the same PATH twice is one."""
    put(tmp_path / "t", "alice_dropout.py", "alice.zip")
    found = discover([tmp_path / "t", tmp_path / "t"], course, None, None)
    assert pairs(found) == [("07", "alice")]
    assert found.unmatched == (
        f"{tmp_path}/t/alice_dropout.py: alice already has {tmp_path}/t/alice.zip for 07_dropout; keep one of them",
    )


def test_links_are_not_followed(tmp_path: Path, course: Course) -> None:
    """A link in a class, or as a PATH, is named."""
    put(tmp_path, "real/dropout.py", "t/bob_dropout.py")
    (tmp_path / "t" / "alice").symlink_to(tmp_path / "real")
    for path in (tmp_path / "t", tmp_path / "t" / "alice"):
        assert "t/alice: is a symbolic link" in discover([path], course, None, None).unmatched[0]


def test_what_else_lies_in_a_tree_is_named(tmp_path: Path, course: Course) -> None:
    """A folder named like no assignment, stray files and an empty class are unmatched; hidden files are not."""
    put(tmp_path, "t/alice/07_dropout/dropout.py", "t/alice/08_other/x.py", "t/alice/a.txt", "t/notes.txt", "t/.git/x")
    put(tmp_path, "e/")
    lines = discover([tmp_path / "t", tmp_path / "e"], course, None, None).unmatched
    assert [line.removeprefix(str(tmp_path)).partition(":")[0] for line in lines] == [
        "/t/alice/08_other", "/t/alice/a.txt", "/t/notes.txt", "/e",
    ]  # fmt: skip


def test_wrong_usage(tmp_path: Path, course: Course) -> None:
    """A PATH that is not there, and an unknown assignment, are said at once."""
    with pytest.raises(AssignmentError, match="gone: no such file or folder"):
        discover([tmp_path / "gone"], course, None, None)
    with pytest.raises(AssignmentError, match="no assignment '99'"):
        discover([], course, "99", None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("alice", "alice"), ("a.b+c@x-y_z.org", "a.b+c@x-y_z.org"), ("Jose\u0301 Ñ", "José-Ñ"), ("李雷", "李雷"),
        ("../../etc/passwd", "etc-passwd"), (".hidden", "hidden"), ("...", "unnamed"), ("", "unnamed"),
        ("a\0b\n", "a-b"),
        ("x" * 300, "x" * 200), ("-rf", "rf"),
    ],
)  # fmt: skip
def test_student_ids_can_name_files(name: str, expected: str) -> None:
    """Letters of any script stay; separators, control characters and leading dots do not."""
    assert student_id(name) == expected
