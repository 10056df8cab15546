"""Downloads of every platform become submissions under the right names; what fits none is named."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.discovery import Discovery, discover
from autograder.errors import AssignmentError
from autograder.joining import People
from autograder.lateness import Extension, LatePolicy
from autograder.roster import Student

from .test_discovery import GOOD, course_of, put
from .test_repository import make_clone

METADATA = """\
submission_11:
  :submitters:
  - :name: Ada Lovelace
    :sid: S1
    :email: ada@x.edu
  - :name: Bob Ray
    :sid: ''
    :email: bob@x.edu
  :created_at: 2027-02-22 14:22:32.365935000 Z
  :score: 5.0
submission_12:
  :submitters:
  - :name: Cy
    :sid: S3
  :created_at: yesterday
submission_13:
  :submitters:
  - :name: Di
    :email: di@x.edu
  :created_at: 2027-02-22 14:22:32 -0500
submission_14:
  :submitters: []
"""
ROSTER = (
    Student("ada", name="Ada Lovelace", canvas_id="101", email="ada@x.edu"),
    Student("bob", name="Bob Ray", canvas_id="102", email="bob@x.edu"),
    Student("marie", name="Toni-Marie Noel", canvas_id="103"),
    Student("wei1", name="Wei Zhang", moodle_id="71", canvas_id="104"),
    Student("wei2", name="Wei Zhang", moodle_id="72", canvas_id="105"),
)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with 03_norm_penalties and 07_dropout."""
    return course_of(tmp_path, "03_norm_penalties", "07_dropout")


def zipped(folder: Path) -> Path:
    """A folder's files in a zip beside it."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, str(file.relative_to(folder)))
    return path


def students(found: Discovery) -> list[str]:
    """Whose submissions were found, for 07_dropout and readable."""
    assert {item.assignment for item in found.submissions} <= {"07_dropout"}
    assert [item.problem for item in found.submissions if item.problem] == []
    return [item.student for item in found.submissions]


def reasons(found: Discovery) -> dict[str, str]:
    """What is said of each unmatched path, by its last part."""
    return {line.partition(": ")[0].rpartition("/")[2]: line.partition(": ")[2] for line in found.unmatched}


CANVAS = (
    "lovelaceada_LATE_101_9001_dropout-1.py", "lovelaceada_LATE_101_9002_notes.txt",
    "rayb_o_b_102_9003_dropout.ipynb.py", "rayb_o_b_102_9004_dropout.py",
    "noeltonimarie_103_text.html", "zhangwei_LATE_104_link.html", "readme.md",
)  # fmt: skip


@pytest.mark.parametrize("as_zip", [False, True])
def test_canvas(tmp_path: Path, course: Course, as_zip: bool) -> None:
    """One student's files are one submission, LATE is a note only, and what is no upload is named."""
    folder = put(tmp_path / "d", *CANVAS)
    found = discover([zipped(folder) if as_zip else folder], course, None, None)
    assert students(found) == ["lovelaceada-101", "rayb_o_b-102"]
    ada, bob = found.submissions
    assert "Canvas marks this LATE" in ada.notes[0]
    assert ada.submitted_at is None
    assert ada.sources[0]["path"] == "dropout-1.py"
    assert not any("LATE" in note for note in bob.notes)
    assert bob.sources[0]["path"] == "dropout.py"
    assert reasons(found) == {
        "noeltonimarie_103_text.html": "is a text typed into Canvas; expected a file",
        "zhangwei_LATE_104_link.html": "is a link; expected a file",
        "readme.md": "is not named as Canvas names files; expected lovelaceada_123_456_name.py",
    }


def test_canvas_with_a_roster(tmp_path: Path, course: Course) -> None:
    """Canvas's own user id joins, not the spelling of the name; an id that the roster lacks is named, not graded."""
    folder = put(tmp_path / "d", "somebody_101_1_dropout.py", "zhangwei_105_2_dropout.py", "new_999_3_dropout.py")
    found = discover([folder], course, None, None, People(ROSTER))
    assert students(found) == ["ada", "wei2"]
    assert "nobody in the roster has student 'new-999', canvas_id '999'" in reasons(found)["new_999_3_dropout.py"]


def test_canvas_without_names(tmp_path: Path, course: Course) -> None:
    """A download of anonymous grading is read, under the numbers that it has."""
    folder = put(tmp_path / "d", "anon_aX3_77_dropout.py", "LATE_anon_bY4_78_dropout.py")
    found = discover([folder], course, "dropout", None)
    assert students(found) == ["anon-aX3", "anon-bY4"]
    assert "LATE" in found.submissions[1].notes[0]


def test_canvas_zips_and_wrong_names(tmp_path: Path, course: Course) -> None:
    """A student's zip is opened; a file under a wrong name is the student's problem, so that nobody is lost."""
    folder = put(tmp_path / "d", "a_1_2_work.zip", "b_3_4_main.py")
    found = discover([folder], course, "07", None)
    assert [(item.student, item.problem) for item in found.submissions] == [
        ("a-1", None), ("b-3", "found `main.py`; expected `dropout.py` or `dropout.ipynb`"),
    ]  # fmt: skip
    assert "pass --assignment" in reasons(discover([folder], course, None, None))["b_3_4_main.py"]


@pytest.mark.parametrize("as_zip", [False, True])
def test_moodle(tmp_path: Path, course: Course, as_zip: bool) -> None:
    """A folder for each student; typed text beside a file is left alone, alone it is named; so is what is empty."""
    folder = put(
        tmp_path / "d", "Ada Lovelace_12_assignsubmission_file_/dropout.py",
        "Ada Lovelace_12_assignsubmission_onlinetext_/onlinetext.html",
        "Bob Ray_13_assignsubmission_onlinetext_/onlinetext.html", "Cy_14_assignsubmission_file_/",
        "Toni-Marie Noel_15_assignsubmission_file/dropout.ipynb.txt/dropout.py", "grades.csv",
    )  # fmt: skip
    found = discover([zipped(folder) if as_zip else folder], course, None, None)
    assert students(found) == ["Ada-Lovelace", "Toni-Marie-Noel"]
    assert {name: why[:12] for name, why in reasons(found).items()} == {
        "Bob Ray_13_assignsubmission_onlinetext_": "is no file b",
        "Cy_14": "the folder i", "grades.csv": "is not named",
    }  # fmt: skip


def test_moodle_with_a_roster(tmp_path: Path, course: Course) -> None:
    """Names join, also behind a team's; a participant's number only tells namesakes apart, or stands for no name."""
    suffix = "_assignsubmission_file_/dropout.py"
    folder = put(
        tmp_path / "d", f"Ada Lovelace_72{suffix}", f"Team-X-Bob Ray_1{suffix}", f"Toni-Marie Noel_2{suffix}",
        f"Participant_71{suffix}", f"Wei Zhang_9{suffix}", f"Mallory_71{suffix}",
    )  # fmt: skip
    found = discover([folder], course, None, None, People(ROSTER))
    assert students(found) == ["ada", "bob", "marie", "wei1"]
    said = reasons(found)
    assert "nobody in the roster has student 'Wei Zhang', moodle_id '9'" in said["Wei Zhang_9"]
    assert "nobody in the roster has student 'Mallory'" in said["Mallory_71"]


def test_moodle_without_folders(tmp_path: Path, course: Course) -> None:
    """Where Moodle put no folders, the names of files say the same."""
    folder = put(tmp_path / "d", "Ada Lovelace_12_assignsubmission_file_dropout.py")
    assert students(discover([folder], course, None, None)) == ["Ada-Lovelace"]


@pytest.mark.parametrize("wrapped", [False, True])
def test_gradescope(tmp_path: Path, course: Course, wrapped: bool) -> None:
    """The metadata tells who, when and with whom; what is only on one side is named."""
    folder = tmp_path / "d" / "assignment_5_export" if wrapped else tmp_path / "d"
    put(
        folder, "submission_11/dropout.py", "submission_12/dropout.py", "submission_14/dropout.py", "submission_99/x.py"
    )
    (folder / "submission_metadata.yml").write_text(METADATA)
    for path in (tmp_path / "d", zipped(tmp_path / "d")):
        found = discover([path], course, None, None)
        assert students(found) == ["S3", "ada@x.edu"]
        cy, ada = found.submissions
        assert (ada.submitted_at, ada.members) == ("2027-02-22T14:22:32.365935+00:00", ("bob@x.edu",))
        assert (cy.submitted_at, cy.members) == (None, ())
        assert cy.notes == ("the time in submission_metadata.yml is not used: 'yesterday' is no time",)
        assert reasons(found) == {
            "submission_13": "is in submission_metadata.yml, but not among the folders",
            "submission_14": "submission_metadata.yml does not say who handed it in",
            "submission_99": "is not in submission_metadata.yml, so nobody knows whose it is",
        }


def test_gradescope_with_a_roster(tmp_path: Path, course: Course) -> None:
    """Emails join. A member who is unknown holds the whole submission back, by name."""
    folder = put(tmp_path / "d", "submission_11/dropout.py", "submission_12/dropout.py", "submission_13/dropout.py")
    (folder / "submission_metadata.yml").write_text(METADATA)
    found = discover([folder], course, None, None, People(ROSTER))
    assert students(found) == ["ada"]
    assert found.submissions[0].members == ("bob",)
    assert "sis_user_id 'S3', name 'Cy'" in reasons(found)["submission_12"]


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [", "submission_1: x\n"])
def test_gradescope_metadata_that_is_none(tmp_path: Path, course: Course, text: str) -> None:
    """It stops the grading: without it nobody knows whose anything is."""
    folder = put(tmp_path / "d", "submission_1/dropout.py")
    (folder / "submission_metadata.yml").write_text(text)
    with pytest.raises(AssignmentError, match=r"submission_metadata\.yml: "):
        discover([folder], course, None, None)


def test_clones(tmp_path: Path, course: Course) -> None:
    """Names of repositories tell assignment and student; what counts is the last commit at the deadline."""
    times = {"first": "2027-02-01T12:00:00Z", "second": "2027-02-03T12:00:00Z"}
    make_clone(
        tmp_path / "d" / "07-dropout-al-ice",
        [(times["first"], {"dropout.py": "x = 1\n"}), (times["second"], {"dropout.py": "x = 2\n"})],
    )
    make_clone(tmp_path / "d" / "dropout-bob", [(times["second"], {"assignments/07_dropout/dropout.py": GOOD})])
    put(tmp_path / "d", "plain/dropout.py")
    found = discover([tmp_path / "d"], course, None, None)
    assert students(found) == ["al-ice", "bob"]
    assert [item.segments[0].source for item in found.submissions] == ["x = 2\n", GOOD]
    assert reasons(found) == {"plain": "is no clone: no .git in it"}

    early = discover([tmp_path / "d"], course, None, None, deadline=datetime(2027, 2, 2, tzinfo=UTC))
    assert students(early) == ["al-ice"]
    alice = early.submissions[0]
    assert (alice.segments[0].source, alice.submitted_at) == ("x = 1\n", "2027-02-01T12:00:00+00:00")
    assert "the last by 2027-02-02T00:00:00+00:00; 1 later is not used" in alice.notes[0]
    assert reasons(early)["dropout-bob"] == "holds no commit made by 2027-02-02T00:00:00+00:00"


def test_a_clone_is_cut_when_its_student_was_due(tmp_path: Path, course: Course) -> None:
    """Without a deadline: at the due date, with the grace for all, and an extension for whom the roster knows."""
    extension = Extension(student="ada", days=2)
    late = LatePolicy(grace_minutes=30, extensions=(extension,))
    course = replace(
        course,
        config=course.config.model_copy(update={"late": late}),
        assignments=tuple(replace(one, due=datetime(2027, 2, 1, 12, tzinfo=UTC)) for one in course.assignments),
    )
    times = ("2027-02-01T11:00:00Z", "2027-02-01T12:29:00Z", "2027-02-03T12:29:00Z", "2027-02-03T12:31:00Z")
    commits = [(when, {"dropout.py": f"x = {number}\n"}) for number, when in enumerate(times)]
    for login in ("ada@x.edu", "bob"):
        make_clone(tmp_path / "d" / f"07-dropout-{login}", commits)
    found = discover([tmp_path / "d"], course, None, None, People(ROSTER))
    assert {item.student: item.segments[0].source for item in found.submissions} == {"ada": "x = 2\n", "bob": "x = 1\n"}
    assert "the last by 2027-02-03T12:30:00+00:00; 1 later is not used" in found.submissions[0].notes[0]
    given = discover(
        [tmp_path / "d"], course, None, None, People(ROSTER), deadline=datetime(2027, 2, 1, 12, tzinfo=UTC)
    )
    assert [item.segments[0].source for item in given.submissions] == ["x = 0\n", "x = 0\n"]


def test_clones_under_a_name_of_their_own(tmp_path: Path, course: Course) -> None:
    """What several have in common is their assignment; --assignment says which. One alone may be named as a clone."""
    for name in ("hw7-alice", "hw7-bob"):
        make_clone(tmp_path / "d" / name, [("2027-02-01T12:00:00Z", {"dropout.py": GOOD})])
    assert students(discover([tmp_path / "d"], course, "07", None)) == ["alice", "bob"]
    assert "pass --assignment" in reasons(discover([tmp_path / "d"], course, None, None))["hw7-bob"]
    one = discover([tmp_path / "d" / "hw7-bob"], course, "07", None, layout="github")
    assert students(one) == ["hw7-bob"]


def test_layouts_by_name(tmp_path: Path, course: Course) -> None:
    """--layout decides where names could be read in two ways; an unknown one lists those there are."""
    folder = put(tmp_path / "d", "alice_1_2_dropout.py")
    assert students(discover([folder], course, None, None)) == ["alice-1"]
    assert students(discover([folder], course, None, None, layout="folders")) == ["alice_1_2"]
    with pytest.raises(AssignmentError, match="no layout 'blackboard'; there are canvas, github, gradescope, moodle"):
        discover([folder], course, None, None, layout="blackboard")


@pytest.mark.parametrize("layout", ["gradescope", "moodle", "canvas"])
def test_a_layout_that_does_not_fit_finds_nothing(tmp_path: Path, course: Course, layout: str) -> None:
    """And says so of what is there."""
    found = discover([put(tmp_path / "d", "alice/dropout.py")], course, None, None, layout=layout)
    assert found.submissions == ()
    assert len(found.unmatched) == 1


def test_links_in_a_download_are_not_followed(tmp_path: Path, course: Course) -> None:
    """Neither as a student's file nor as a student's folder."""
    put(tmp_path, "real/dropout.py", "c/b_3_4_dropout.py", "m/Bob_1_assignsubmission_file_/dropout.py")
    (tmp_path / "c" / "a_1_2_dropout.py").symlink_to(tmp_path / "real" / "dropout.py")
    (tmp_path / "m" / "Ada_2_assignsubmission_file_").symlink_to(tmp_path / "real")
    canvas, moodle = (discover([tmp_path / name], course, None, None) for name in ("c", "m"))
    assert (students(canvas), students(moodle)) == (["b-3"], ["Bob"])
    assert "a_1_2_dropout.py" in reasons(canvas)
    assert "is a symbolic link" in reasons(moodle)["Ada_2_assignsubmission_file_"]


def test_groups(tmp_path: Path, course: Course) -> None:
    """A group's submission, under its name or a member's, is everybody's; a second one of the group is named."""
    people = People(groups={"pair1": ("ada", "bob"), "pair2": ("cy", "di")})
    folder = put(tmp_path / "d", "Pair 1/dropout.py", "bob/dropout.py", "di/dropout.py", "eve/dropout.py")
    found = discover([folder], course, None, None, people)
    assert [(item.student, item.members) for item in found.submissions] == [
        ("ada", ("bob",)), ("cy", ("di",)), ("eve", ()),
    ]  # fmt: skip
    assert [line.partition(": ")[2] for line in found.unmatched] == [
        f"{name} already has {folder}/Pair 1 for 07_dropout; keep one of them" for name in ("ada", "bob")
    ]
    alone = discover([folder], course, None, "di", people)
    assert [item.student for item in alone.submissions] == ["cy"]


def test_zips_of_downloads_are_not_extracted(tmp_path: Path, course: Course) -> None:
    """What leads out of a zip is refused as a whole, and nothing is written."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a_1_2_dropout.py", GOOD)
        archive.writestr("../b_1_2_dropout.py", GOOD)
    (put(tmp_path / "d") / "x.zip").write_bytes(stream.getvalue())
    found = discover([tmp_path / "d" / "x.zip"], course, "07", None)
    assert "leads out of the folder" in (found.submissions[0].problem or "")
    assert sorted(path.name for path in tmp_path.rglob("*_dropout.py")) == []
