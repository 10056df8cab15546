"""The zip for Gradescope holds what grading takes and no more, and leaves a valid result there whatever happens."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.errors import GraderError
from autograder.gradescope import grade_there

from .graded_course import GOOD, GRADED_CONFIG, NAME, WRONG, graded_course, write_graded

ROOT = Path(__file__).resolve().parents[2]
SECRET = "the-secret-of-this-term"
TOLD = {
    "id": 7, "created_at": "2027-02-10T01:00:00.000000-05:00", "users": [{"email": "ada@x.edu", "id": 1, "name": "A"}],
    "assignment": {"title": "Scaling", "due_date": "2027-02-08T23:59:00Z"}, "previous_submissions": [],
}  # fmt: skip
SPY = """
import os, signal

seen = []
for path in ("{root}", "{root}/results/results.json", "{root}/source/course/grading_config.yaml"):
    for mode in ("r", "w"):
        try:
            with open(path, mode) as file:
                seen.append((path, mode, file.read() if mode == "r" else file.write('{{"score": 1000}}')))
        except OSError:
            pass
seen += [os.environ[name] for name in os.environ if "AUTOGRADER" in name]
try:
    os.kill(os.getppid(), signal.SIGKILL)
    seen.append("killed")
except OSError:
    pass


def scale(x, lam):
    if seen:
        raise ValueError(f"SAW {{seen}}")
    raise ValueError(open("{root}/source/course/tests/graded/04_scaling/test_scale.py").read())
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip of the small course's assignment, confined, made by the command."""
    folder = tmp_path_factory.mktemp("course")
    config = GRADED_CONFIG.replace("isolation: process", "isolation: confined")
    other = "  05_other:\n    title: Other\n    tasks:\n      - {id: '5.1', names: [other], points: 1}\n"
    course = write_graded(folder / "course", config)
    (course.root / "grading_config.yaml").write_text(config + other)
    (course.root / "roster.csv").write_text("student\nada\n")
    arguments = ["export", "gradescope-zip", "scaling", "--to", f"{folder}/a.zip", "--visibility", "after_due_date"]
    environment = {"AUTOGRADER_SECRET": SECRET}
    done = CliRunner().invoke(app, [*arguments, "--course", str(course.root)], env=environment)
    assert (done.exit_code, done.stdout) == (0, f"wrote {folder}/a.zip; give its container at least 4 GB of memory\n")
    return folder / "a.zip"


@pytest.fixture
def platform(archive: Path, tmp_path: Path) -> Path:
    """Gradescope's folder, with the zip unpacked as it does that, and the environment that setup.sh would make."""
    root = tmp_path / "autograder"
    (root / "submission").mkdir(parents=True)
    (root / "results").mkdir()
    (root / "submission_metadata.json").write_text(json.dumps(TOLD))
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(archive), str(root / "source")], check=True)
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            (root / "source" / info.filename).chmod(stat.S_IMODE(info.external_attr >> 16))
    (root / "venv").symlink_to(sys.prefix)
    return root


def started(root: Path) -> subprocess.Popen[str]:
    """The platform's run of ``run_autograder``."""
    return subprocess.Popen(
        [str(root / "source" / "run_autograder")], cwd=root, text=True, start_new_session=True,
        env={"AUTOGRADER_ROOT": str(root), "PATH": os.environ["PATH"], "HOME": str(root)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def is_grader(pid: str) -> bool:
    """Whether a process is the grader that ``run_autograder`` has started; one that is gone is not."""
    try:
        return b"gradescope-run" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def result(root: Path) -> dict[str, Any]:
    """``results.json``, in strict JSON and as visible as was asked for; nothing secret is in it."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    text = (root / "results" / "results.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text, parse_constant=refuse)
    assert found["visibility"] == "after_due_date"
    assert {test.get("visibility", "after_due_date") for test in found["tests"]} <= {"after_due_date"}
    assert "\r" not in text
    for secret in (SECRET, "reference", "expect.close", "SAW", 'Traceback (most recent call last):\n  File "/'):
        assert secret not in text
    return found


def graded(root: Path, source: str) -> dict[str, Any]:
    """The result of a submission that is this file."""
    (root / "submission" / "scaling.py").write_text(source, encoding="utf-8")
    run = started(root)
    said, _ = run.communicate(timeout=200)
    assert run.returncode == 0, said
    return result(root)


def test_the_zip_holds_what_is_needed_and_no_more(archive: Path) -> None:
    """Files, not a folder; Unix ends of lines; the one assignment; the package as it is."""
    with zipfile.ZipFile(archive) as opened:
        names = set(opened.namelist())
        modes = {name: stat.S_IMODE(opened.getinfo(name).external_attr >> 16) for name in names}
        texts = {name: opened.read(name) for name in ("setup.sh", "run_autograder", "course/grading_config.yaml")}
    assert {"setup.sh", "run_autograder", "failure.json", "pyproject.toml"} <= names
    assert modes["run_autograder"] == modes["setup.sh"] == 0o755
    package = {str(path.relative_to(ROOT)) for path in (ROOT / "autograder").rglob("*.py")}
    assert {name for name in names if name.endswith(".py") and name.startswith("autograder/")} == package
    assert {name.split("/")[2] for name in names if name.startswith("course/tests/")} == {"graded"}
    assert not [name for name in names if "roster.csv" in name or "__pycache__" in name or "05_other" in name]
    assert b"\r" not in b"".join(texts.values())
    config = json.loads(texts["course/grading_config.yaml"])
    assert (config["secret"], list(config["assignments"])) == (SECRET, [NAME])
    assert b"at least 4 GB" in texts["setup.sh"]


def test_a_good_submission(platform: Path) -> None:
    """Points by task, less what lateness costs by the platform's time, which the clock of the run has no part in."""
    good = graded(platform, GOOD)
    assert (good["score"], good["extra_data"]["is_graded"]) == (10.0, True)
    assert [(test["number"], test["score"], test["status"]) for test in good["tests"]] == [
        ("4.1", 7, "passed"), ("4.2", 2.5, "passed"), ("4.3", 3, "passed"),
    ]  # fmt: skip
    assert "20%" in good["output"]


@pytest.mark.slow
def test_a_wrong_submission(platform: Path) -> None:
    """No points, and the rubric line that it fails."""
    wrong = graded(platform, WRONG)
    assert (wrong["score"], {test["status"] for test in wrong["tests"]}) == (0, {"failed"})
    assert "The result is right on fresh inputs." in wrong["tests"][0]["output"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "source", ["import os\nos._exit(0)\n", "def scale(:\n", "while True:\n    pass\n", "", "x = [0] * 10**12\n"]
)
def test_crashing_submissions(platform: Path, source: str) -> None:
    """An early exit, no Python, no end, nothing at all and no memory left get a result that says so."""
    found = graded(platform, source)
    assert (found["score"], found["extra_data"]["is_graded"]) == (0, True)
    assert len(found["output"] + found["tests"][0]["output"]) > 40


@pytest.mark.slow
def test_hostile_submissions(platform: Path) -> None:
    """One that would read the suites, write its own result and kill the grader gets none of that."""
    found = graded(platform, SPY.format(root=platform))
    assert (found["score"], found["extra_data"]["is_graded"]) == (0, True)
    assert "Permission denied" in found["tests"][0]["output"]
    (platform / "submission" / "scaling.py").unlink()
    (platform / "submission" / "scaling.py").symlink_to(
        platform / "source" / "course" / "solutions" / NAME / "scaling.py"
    )
    run = started(platform)
    run.communicate(timeout=200)
    assert result(platform)["score"] == 0


def test_a_grader_that_is_killed_leaves_a_result(platform: Path) -> None:
    """And so does one that cannot start: it says that the fault is ours and that this is no grade."""
    (platform / "submission" / "scaling.py").write_text(GOOD)
    run = started(platform)
    children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
    while not (graders := [int(child) for child in children.read_text().split() if is_grader(child)]):
        assert run.poll() is None
        time.sleep(0.01)  # until bash has copied what it copies, and started the grader
    os.kill(graders[0], signal.SIGKILL)
    run.communicate(timeout=60)
    for _ in range(2):
        left = result(platform)
        assert left["extra_data"]["is_graded"] is False
        assert "The fault is not yours" in left["output"]
        (platform / "submission_metadata.json").write_text('{"users": []}')
        run = started(platform)
        said, _ = run.communicate(timeout=100)
        assert "does not tell who handed in" in said


@pytest.mark.slow
def test_the_image_can_install_what_is_in_the_zip(platform: Path, tmp_path: Path) -> None:
    """The package builds from the zip, scripts are well formed, and the versions are those of this environment."""
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", str(platform / "source" / name)], check=True)
    command = [
        "uv",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(tmp_path / "t"),
        str(platform / "source"),
    ]
    subprocess.run(command, check=True)
    assert (tmp_path / "t" / "autograder" / "templates" / "words.toml").is_file()
    command = ["uv", "pip", "install", "--dry-run", "--python", sys.executable, str(platform / "source")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "torch==" in (platform / "source" / "pyproject.toml").read_text()
    changes = [line.strip() for line in done.stderr.splitlines() if line.startswith((" + ", " - ", " ~ "))]
    assert changes
    assert all("regularization-autograder" in line for line in changes), changes


@pytest.mark.parametrize(
    "told",
    ["", "[]", '{"users": []}', json.dumps({**TOLD, "created_at": "0001-01-01T00:00:00+14:00"})],
)
def test_metadata_that_says_nothing_is_our_failure(tmp_path: Path, told: str) -> None:
    """No time that nobody can tell, either; nothing is graded."""
    (tmp_path / "submission_metadata.json").write_text(told)
    with pytest.raises(GraderError, match=r"submission_metadata\.json: does not tell who handed in"):
        grade_there(graded_course(), tmp_path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Whatever it is that holds the course's files; nothing is written."""
    course = write_graded(tmp_path / "course")
    broken = course.assignments[0].suites / "table.csv"
    broken.symlink_to("/proc/self/mem")  # root, too, gets an error from that
    command = ["export", "gradescope-zip", NAME, "--to", f"{tmp_path}/a.zip", "--course", str(course.root)]
    done = CliRunner().invoke(app, command)
    assert (done.exit_code, (tmp_path / "a.zip").exists()) == (2, False)
    assert f"error: {broken}: cannot be read (" in done.stderr


def test_wrong_usage(tmp_path: Path) -> None:
    """An unknown visibility lists what there is; nothing is written."""
    course = write_graded(tmp_path / "course").root
    command = ["export", "gradescope-zip", NAME, "--to", f"{tmp_path}/a.zip", "--course", str(course)]
    done = CliRunner().invoke(app, [*command, "--visibility", "sometimes"])
    assert (done.exit_code, (tmp_path / "a.zip").exists()) == (2, False)
    assert "expected visible, hidden, after_due_date, after_published" in done.stderr
