"""A git repository's commits as entries. Blobs are read one by one: nothing is checked out, so no hook, filter or
configuration of the repository's runs, and no link is followed."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.archive import ArchiveLimits, Entry, on_disk, quoted
from autograder.errors import GraderError, SubmissionError
from autograder.messages import say

_SECONDS = 60
# What a repository's own configuration could make git start, or fetch, is off.
_SETTINGS = (
    "protocol.allow=never", "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.pager=cat", "gc.auto=0",
    "core.sshCommand=false", "credential.helper=",
)  # fmt: skip
_SPECIAL = {"120000": "kinds.link", "160000": "kinds.repository"}


@dataclass(frozen=True)
class Commit:
    """One commit: its ``root`` folder, when it was made (ISO 8601, UTC; whoever made it chose that), and how many
    commits of the branch came after it."""

    id: str
    made_at: str
    later: int
    root: Entry


def is_clone(folder: Entry) -> bool:
    """Whether a folder on disk is a clone, with a ``.git`` folder of its own; a link or file there does not count."""
    if folder.path is None or not folder.listing or not os.path.isfile(folder.path / ".git" / "HEAD"):
        return False
    return on_disk(folder.path / ".git").listing is not None


def last_commit(clone: Path, before: datetime | None) -> Commit | None:
    """The last commit of the branch that is checked out, made at ``before`` or earlier; None where there is none.

    Raises ``SubmissionError`` for what git cannot read, ``GraderError`` where there is no git.
    """
    if not _git(clone, "for-each-ref", "--count=1"):
        return None
    until = [f"--before={before.timestamp():.0f}"] if before is not None else []
    found = _git(clone, "rev-list", "--timestamp", "--max-count=1", *until, "HEAD", "--").decode().split()
    if not found:
        return None
    seconds, commit = found
    later = int(_git(clone, "rev-list", "--count", f"{commit}..HEAD", "--"))
    made_at = datetime.fromtimestamp(int(seconds), UTC).isoformat()
    root = Entry(clone.name, (float(seconds),), listing=lambda: _children(clone, commit, (float(seconds),)))
    return Commit(commit, made_at, later, root)


def _children(clone: Path, tree: str, time: tuple[float, ...]) -> tuple[Entry, ...]:
    rows = _git(clone, "ls-tree", "-z", "-l", f"{tree}^{{tree}}").split(b"\0")
    return tuple(_entry(clone, row, time) for row in rows if row)


def _entry(clone: Path, row: bytes, time: tuple[float, ...]) -> Entry:
    about, _, raw = row.partition(b"\t")
    mode, kind, sha, size = about.decode().split()
    name = raw.decode("utf-8", "replace")
    if mode in _SPECIAL:
        return Entry(name, time, refused=say(_SPECIAL[mode]))
    if kind == "tree":
        return Entry(name, time, listing=lambda: _children(clone, sha, time))
    return Entry(name, time, content=lambda: _blob(clone, name, sha, int(size)))


def _blob(clone: Path, name: str, sha: str, size: int) -> bytes:
    if size > ArchiveLimits.entry:
        raise SubmissionError(say("reading.large", name=quoted(name), size=ArchiveLimits.entry >> 20))
    return _git(clone, "cat-file", "blob", sha)


def _git(clone: Path, *arguments: str) -> bytes:
    program = shutil.which("git")
    if program is None:
        raise GraderError("git is not installed; it is what reads clones")
    command = [program, "--no-pager", "--no-replace-objects", "--no-optional-locks", f"--git-dir={clone / '.git'}"]
    command += [part for setting in _SETTINGS for part in ("-c", setting)]
    environment = {
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C",
        "GIT_NO_LAZY_FETCH": "1", "PATH": str(Path(program).parent),
    }  # fmt: skip
    try:
        done = subprocess.run(
            [*command, *arguments], env=environment, capture_output=True, timeout=_SECONDS, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as error:
        raise SubmissionError(say("reading.git_slow", name=clone.name, seconds=_SECONDS)) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise SubmissionError(say("reading.git_broken", name=clone.name, error=said))
    return done.stdout
