"""Commits are read as data: at the right time, whatever a repository would like git to run or follow."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.archive import on_disk
from autograder.errors import GraderError, SubmissionError
from autograder.repository import is_clone, last_commit


def git(folder: Path, *arguments: str, at: str = "2027-02-01T12:00:00Z", **more: str) -> str:
    """Run git in a folder, as somebody without a configuration."""
    environment = {
        "PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@x", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@x",
        "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at, **more,
    }  # fmt: skip
    done = subprocess.run(["git", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def make_clone(folder: Path, commits: Sequence[tuple[str, Mapping[str, str]]]) -> Path:
    """A repository with a commit for each (time, files)."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for time, files in commits:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "work", at=time)
    return folder


def test_the_last_commit_by_a_time(tmp_path: Path) -> None:
    """Its files, its time and how many came later; what lies uncommitted in the folder does not count."""
    clone = make_clone(
        tmp_path / "c", [("2027-02-01T12:00:00Z", {"a.py": "1"}), ("2027-02-01T13:00:00+00:00", {"b/c.py": "2"})]
    )
    (clone / "a.py").write_text("changed")
    commit = last_commit(clone, datetime(2027, 2, 1, 12, 30, tzinfo=UTC))
    assert commit is not None
    assert (commit.made_at, commit.later) == ("2027-02-01T12:00:00+00:00", 1)
    assert [(entry.name, entry.read()) for entry in commit.root.children()] == [("a.py", b"1")]
    newest = last_commit(clone, None)
    assert newest is not None
    assert [entry.name for entry in newest.root.children()] == ["a.py", "b"]
    assert newest.root.children()[1].children()[0].read() == b"2"
    assert last_commit(clone, datetime(2027, 1, 1, tzinfo=UTC)) is None


def test_nothing_of_the_repository_runs(tmp_path: Path) -> None:
    """No hook, filter, textconv, monitor or replaced object has a say, and no link is followed."""
    clone = make_clone(
        tmp_path / "c", [("2027-02-01T12:00:00Z", {"a.py": "right", ".gitattributes": "*.py filter=x diff=x\n"})]
    )
    (clone / "link.py").symlink_to("/etc/passwd")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "link")
    trap = f"touch {tmp_path}/ran; cat"
    for key in (
        "filter.x.smudge",
        "filter.x.clean",
        "diff.x.textconv",
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
    ):
        git(clone, "config", key, trap)
    for hook in ("post-checkout", "pre-auto-gc", "post-index-change", "reference-transaction"):
        (clone / ".git" / "hooks" / hook).write_text(f"#!/bin/sh\n{trap}\n")
        (clone / ".git" / "hooks" / hook).chmod(0o755)
    other = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], cwd=clone, input="wrong", capture_output=True, text=True, check=True
    )
    right = git(clone, "rev-parse", "HEAD:a.py").strip()
    git(clone, "replace", right, other.stdout.strip())
    (tmp_path / "ran").unlink(missing_ok=True)
    commit = last_commit(clone, None)
    assert commit is not None
    files = {entry.name: entry for entry in commit.root.children()}
    assert files["a.py"].read() == b"right"
    assert files["link.py"].refused == "a symbolic link"
    assert not (tmp_path / "ran").exists()


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Without root's right to read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_may_not_be_entered_is_no_clone() -> None:
    """Whoever lists it says so; nothing ends in a traceback."""
    with as_nobody(), tempfile.TemporaryDirectory() as place:
        closed = Path(place) / "alice"
        closed.mkdir(mode=0o600)
        assert is_clone(on_disk(closed)) is False
        with pytest.raises(GraderError, match=r"alice/\.git: cannot be read \(Permission denied\)"):
            on_disk(closed / ".git")


def test_what_is_no_clone(tmp_path: Path) -> None:
    """A ``.git`` that is a file or a link leads elsewhere; an empty repository has no commit; a broken one says so."""
    make_clone(tmp_path / "real", [("2027-02-01T12:00:00Z", {"a.py": "1"})])
    for name in ("file", "link", "plain"):
        (tmp_path / name).mkdir()
    (tmp_path / "file" / ".git").write_text(f"gitdir: {tmp_path}/real/.git\n")
    (tmp_path / "link" / ".git").symlink_to(tmp_path / "real" / ".git")
    assert {name: is_clone(on_disk(tmp_path / name)) for name in ("real", "file", "link", "plain")} == {
        "real": True, "file": False, "link": False, "plain": False,
    }  # fmt: skip
    assert last_commit(make_clone(tmp_path / "empty", []), None) is None
    (tmp_path / "real" / ".git" / "HEAD").write_text("ref: refs/heads/gone\n")
    with pytest.raises(SubmissionError, match="git cannot read the repository"):
        last_commit(tmp_path / "real", None)
