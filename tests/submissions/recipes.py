"""The catalog of submissions: reads ``<kind>/<case>/case.yaml`` and writes what it describes into a class's folder.

A case holds the files themselves, in ``submitted/``, or says how to make them from the assignment's own answers, so
that no solution is copied here: ``otherwise`` (reference, accepted or stub) and ``answers`` choose a definition for
each name, ``replaces`` gives definitions that take the place of those, ``removes`` takes some away. ``form`` is py,
ipynb (with more ``cells``), zip, or none for an empty folder; ``timestamp`` is nbgrader's. A ``recipe`` makes an
odd zip.
"""

import ast
import io
import shutil
import stat
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.compose import Choice, as_notebook, module_text, replaced
from autograder.course import Assignment
from autograder.reference import Solutions
from ruamel.yaml import YAML

CATALOG = Path(__file__).resolve().parent
KINDS = ("honest", "broken")
_MAKING = {"form", "timestamp", "otherwise", "answers", "replaces", "removes", "cells", "recipe"}
_KEYS = {"what", "assignment", "expect"} | _MAKING
_EXPECTED = {"score", "all", "tasks", "others", "says", "notes", "penalty"}


@dataclass(frozen=True)
class Case:
    """One submission of the catalog: where it is, what it is and the grade that it must get.

    ``expect`` has ``score``; an outcome for ``all`` tasks, or for ``tasks`` by name and for the ``others``; ``says``, a
    phrase of the grade's problem or of some test's message; ``notes``, a phrase of a note; and the late ``penalty``.
    """

    kind: str
    name: str
    folder: Path
    settings: Mapping[str, Any]

    @property
    def student(self) -> str:
        """Who hands it in."""
        return f"{self.kind}-{self.name}"

    @property
    def assignment(self) -> str:
        """The assignment that it is handed in for."""
        return str(self.settings["assignment"])

    @property
    def expect(self) -> Mapping[str, Any]:
        """The grade that it must get."""
        found: Mapping[str, Any] = self.settings["expect"]
        return found


def cases(root: Path = CATALOG) -> tuple[Case, ...]:
    """Every case, by kind and name. Raises ``ValueError`` for one with a key that means nothing."""
    found = []
    for kind in KINDS:
        for path in sorted((root / kind).glob("*/case.yaml")):
            settings = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
            unknown = sorted({*settings} - _KEYS | {*settings["expect"]} - _EXPECTED)
            if unknown:
                raise ValueError(f"{path}: unknown keys {unknown}; known are {sorted(_KEYS)}, {sorted(_EXPECTED)}")
            found.append(Case(kind, path.parent.name, path.parent, settings))
    return tuple(found)


def write(case: Case, assignment: Assignment, solutions: Solutions, folder: Path) -> None:
    """Write a case into a class's folder, as ``<student>/<assignment>/...`` or ``<student>_<assignment>.zip``."""
    settings = case.settings
    archive = folder / f"{case.student}_{assignment.name}.zip"
    target = folder / case.student / assignment.name
    if "recipe" in settings:
        RECIPES[settings["recipe"]](archive)
        return
    if settings.get("form") == "zip":
        text = _text(settings, assignment, solutions)
        _zip(archive, zipfile.ZipInfo(f"homework/{assignment.module}.py"), text.encode())
        return
    target.mkdir(parents=True)
    if settings.get("form") == "none":
        return
    if (case.folder / "submitted").is_dir():
        shutil.copytree(case.folder / "submitted", target, dirs_exist_ok=True)
    else:
        _write_made(target, settings, assignment, _text(settings, assignment, solutions))
    if "timestamp" in settings:
        (target / "timestamp.txt").write_text(settings["timestamp"], encoding="utf-8")


def _write_made(target: Path, settings: Mapping[str, Any], assignment: Assignment, text: str) -> None:
    form = settings.get("form", "py")
    content = as_notebook(assignment, text, *settings.get("cells", ())) if form == "ipynb" else text
    (target / f"{assignment.module}.{form}").write_text(content, encoding="utf-8")


def _text(settings: Mapping[str, Any], assignment: Assignment, solutions: Solutions) -> str:
    """The module that a case describes."""
    otherwise = settings.get("otherwise", "reference")
    answers = {(answer.replaces, answer.variant): answer for answer in (*solutions.accepted, *solutions.misconceptions)}
    choices: dict[str, Choice] = {}
    for name in assignment.names:
        written = settings.get("answers", {}).get(name, otherwise)
        first = next((answer for answer in solutions.accepted if answer.replaces == name), "reference")
        choices[name] = first if written == "accepted" else answers.get((name, written), written)
    text = module_text(solutions, choices)
    for name in settings.get("removes", ()):
        text = replaced(text, name, "")
    return _with_replacements(text, settings.get("replaces", ""), assignment)


def _with_replacements(text: str, source: str, assignment: Assignment) -> str:
    """The module with these definitions: a task's in its place, anything else at the end."""
    defined = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in ast.parse(source).body:
        piece = ast.get_source_segment(source, node) or ""
        name = getattr(node, "name", "")
        text = replaced(text, name, piece) if name in defined else f"{text}\n\n{piece}\n"
    return text


def _zip(path: Path, info: zipfile.ZipInfo, data: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(info, data, zipfile.ZIP_DEFLATED)


def _encrypted_zip(path: Path) -> None:
    """Python cannot encrypt; a reader goes by the flag in both headers, set here by hand."""
    _zip(path, zipfile.ZipInfo("dropout.py"), b"secret")
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1
    path.write_bytes(raw)


def _zip_with_link(path: Path) -> None:
    info = zipfile.ZipInfo("dropout.py")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    _zip(path, info, b"/etc/passwd")


def _zip_with_dots(path: Path) -> None:
    _zip(path, zipfile.ZipInfo("../dropout.py"), b"rate = 0.5\n")


def _zip_bomb(path: Path) -> None:
    _zip(path, zipfile.ZipInfo("dropout.py"), bytes(20 << 20))


def _zip_in_zip(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("dropout.py", "rate = 0.5\n")
    _zip(path, zipfile.ZipInfo("dropout.zip"), inner.getvalue())


def _no_zip(path: Path) -> None:
    path.write_text("no zip\n", encoding="utf-8")


RECIPES: Mapping[str, Callable[[Path], None]] = {
    "encrypted_zip": _encrypted_zip,
    "zip_with_link": _zip_with_link,
    "zip_with_dots": _zip_with_dots,
    "zip_bomb": _zip_bomb,
    "zip_in_zip": _zip_in_zip,
    "no_zip": _no_zip,
}
