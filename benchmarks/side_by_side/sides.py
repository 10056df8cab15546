"""The face that the runner sees of each grader, and the folders of one run."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from side_by_side.submissions import HandedIn

PINS = Path(__file__).with_name("pins")
STUDENT, NEIGHBOR = "mallory", "zoe"  # the neighbor is honest, and graded after


@dataclass(frozen=True)
class Place:
    """The folders of one run: the grader's own, a decoy home, what attacks leave behind, temporary files."""

    root: Path

    @property
    def grader(self) -> Path:
        """The grader's own folder: a copy of its template."""
        return self.root / "grader"

    @property
    def home(self) -> Path:
        """The home folder of whoever grades."""
        return self.root / "home"

    @property
    def loot(self) -> Path:
        """Where attacks leave what they carry off."""
        return self.root / "loot"

    @property
    def tmp(self) -> Path:
        """For temporary files."""
        return self.root / "tmp"


class Side(Protocol):
    """One grader in its default set-up."""

    name: str
    label: str
    how: str
    patience_s: float  # a run that takes that much longer than an honest one is ended from outside
    has_neighbor: bool
    not_applicable: dict[str, str]  # ideas that have no meaning for this grader, and why

    def prepare(self, template: Place, env: Path) -> None:
        """Set the assignment up in ``template.grader``, by the grader's own commands."""

    def results(self, place: Place) -> Path:
        """Where the student's result will be."""

    def hand_in(self, place: Place, env: Path, handed_in: HandedIn) -> list[str]:
        """Write the submission (and the neighbor's); returns the command that grades it, to run in ``place.grader``."""

    def scores(self, place: Place, env: Path) -> dict[str, float]:
        """What the grader's own output gives to each student; without those that have no grade."""

    def told(self, place: Place) -> str:
        """What the student would be told."""


def environment(place: Place, env: Path) -> dict[str, str]:
    """The environment of a grader: nothing of this machine's home, all in the run's own folders."""
    for folder in (place.grader, place.home, place.loot, place.tmp):
        folder.mkdir(parents=True, exist_ok=True)
    own = {f"JUPYTER_{kind}_DIR": str(place.tmp / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    path = f"{env / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin"
    own |= {"PATH": path, "HOME": str(place.home), "TMPDIR": str(place.tmp), "LANG": "C.UTF-8"}
    return own | {"IPYTHONDIR": str(place.tmp / "ipython"), "MPLCONFIGDIR": str(place.tmp / "matplotlib")}


def call(command: list[str], place: Place, env: Path) -> str:
    """Run a command of the grader that has nothing to do with a submission; returns what it printed."""
    done = subprocess.run(command, cwd=place.grader, env=environment(place, env), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed\n{done.stdout}{done.stderr}")
    return done.stdout


def make_env(name: str, folder: Path) -> Path:
    """A virtual environment of the grader's own, with the packages pinned in ``pins/``."""
    env, pins = folder / name, PINS / f"{name}.txt"
    stamp = env / "installed.txt"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != pins.read_text(encoding="utf-8"):
        folder.mkdir(parents=True, exist_ok=True)  # and work there: uv would take this project's constraints for theirs
        subprocess.run(["uv", "venv", "-q", "--clear", "--python", "3.11", str(env)], cwd=folder, check=True)
        install = ["uv", "pip", "install", "-q", "--compile-bytecode", "--python", str(env / "bin" / "python")]
        subprocess.run([*install, "-r", str(pins)], cwd=folder, check=True)
        shutil.copy(pins, stamp)
    return env


def version(name: str) -> str:
    """The version of the grader that is pinned."""
    lines = (PINS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return next(line.partition("==")[2] for line in lines if line.startswith(f"{name}=="))
