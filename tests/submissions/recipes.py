"""The catalog of submissions: reads ``<kind>/<case>/case.yaml`` and writes what it describes into a class's folder.

A case holds the files themselves, in ``submitted/``, or says how to make them from the assignment's own answers, so
that no solution is copied here: ``otherwise`` (reference, accepted or stub) and ``answers`` choose a definition for
each name, ``replaces`` gives definitions that take the place of those, ``removes`` takes some away. ``form`` is py,
ipynb (with more ``cells``), zip, or none for an empty folder; ``timestamp`` is nbgrader's. A ``recipe`` makes an
odd zip or folder.

A hostile case names the ``class`` of its attack, what it ``tries`` and what ``must`` happen. It may take ``helpers``,
lie ``beside`` other files, and be handed in by a ``student`` of its own naming. Words such as ``@COURSE@`` stand for
paths that no student knows: the attacks are tried as if all of them had been guessed.
"""

import ast
import importlib.util
import shutil
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.compose import Choice, as_notebook, module_text, replaced
from autograder.course import Assignment
from autograder.naming import student_id
from autograder.reference import Solutions
from ruamel.yaml import YAML

CATALOG = Path(__file__).resolve().parent
KINDS = ("honest", "broken", "hostile")
_MAKING = {"form", "timestamp", "otherwise", "answers", "replaces", "removes", "cells", "recipe", "helpers", "beside"}
_ABOUT = {"honest": {"what"}, "broken": {"what"}, "hostile": {"class", "tries", "must"}}
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
    def handed_in_by(self) -> str:
        """The name of the student's folder."""
        return str(self.settings.get("student", f"{self.kind}-{self.name}"))

    @property
    def student(self) -> str:
        """Who hands it in, as the grade names them."""
        return student_id(self.handed_in_by)

    @property
    def assignment(self) -> str:
        """The assignment that it is handed in for."""
        return str(self.settings["assignment"])

    @property
    def expect(self) -> Mapping[str, Any]:
        """The grade that it must get."""
        found: Mapping[str, Any] = self.settings["expect"]
        return found


def cases(*kinds: str, root: Path = CATALOG) -> tuple[Case, ...]:
    """Every case of these kinds, by kind and name. Raises ``ValueError`` for one with a key that means nothing."""
    found = []
    for kind in kinds:
        about = _ABOUT[kind]
        for path in sorted((root / kind).glob("*/case.yaml")):
            settings = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
            known = about | _MAKING | {"assignment", "expect", "student"}
            unknown = sorted({*settings} - known | {*settings["expect"]} - _EXPECTED)
            if unknown or not about <= {*settings}:
                raise ValueError(f"{path}: unknown keys {unknown}; needed are {sorted(about)}, known {sorted(known)}")
            found.append(Case(kind, path.parent.name, path.parent, settings))
    return tuple(found)


def write(
    case: Case, assignment: Assignment, solutions: Solutions, folder: Path, words: Mapping[str, str] | None = None
) -> None:
    """Write a case into a class's folder, as ``<student>/<assignment>/...`` or ``<student>_<assignment>.zip``.

    ``words`` are what words in its texts stand for.
    """
    settings = case.settings
    archive = folder / f"{case.handed_in_by}_{assignment.name}.zip"
    target = folder / case.handed_in_by / assignment.name
    if (recipe := settings.get("recipe")) in archives.ZIPS:
        archives.ZIPS[recipe](archive)
        return
    if settings.get("form") == "zip":
        text = _text(settings, assignment, solutions, words or {})
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr(f"homework/{assignment.module}.py", text)
        return
    target.mkdir(parents=True)
    if recipe is not None:
        archives.FOLDERS[recipe](target, assignment)
    elif (case.folder / "submitted").is_dir():
        shutil.copytree(case.folder / "submitted", target, dirs_exist_ok=True)
    elif settings.get("form") != "none":
        _write_made(target, settings, assignment, _text(settings, assignment, solutions, words or {}))
    for name, text in settings.get("beside", {}).items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(_in_words(text, words or {}), encoding="utf-8")
    if "timestamp" in settings:
        (target / "timestamp.txt").write_text(settings["timestamp"], encoding="utf-8")


def _write_made(target: Path, settings: Mapping[str, Any], assignment: Assignment, text: str) -> None:
    form = settings.get("form", "py")
    content = as_notebook(assignment, text, *settings.get("cells", ())) if form == "ipynb" else text
    (target / f"{assignment.module}.{form}").write_text(content, encoding="utf-8")


def _text(settings: Mapping[str, Any], assignment: Assignment, solutions: Solutions, words: Mapping[str, str]) -> str:
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
    source = "\n\n".join([*(HELPERS[name] for name in settings.get("helpers", ())), settings.get("replaces", "")])
    return _with_replacements(text, _in_words(source, words))


def _in_words(text: str, words: Mapping[str, str]) -> str:
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


def _with_replacements(text: str, source: str) -> str:
    """The module with these definitions: a task's in its place, anything else at the end."""
    defined = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in ast.parse(source).body:
        piece = ast.get_source_segment(source, node) or ""
        name = getattr(node, "name", "")
        text = replaced(text, name, piece) if name in defined else f"{text}\n\n{piece}\n"
    return text


def load_beside(name: str) -> ModuleType:
    """A module that lies beside this one, where no package is."""
    spec = importlib.util.spec_from_file_location(f"submission_{name}", CATALOG / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


archives = load_beside("archives")

# What several attacks need: a word for each that works; the connection to the judge; a frame as the codec has them.
HELPERS = {
    "attempt": '''
def attempt(what, action):
    """Say so where an attack works: no message of a grade may then hold the word."""
    try:
        print("PWNED:", what, str(action())[:100])
    except Exception:
        pass
''',
    "connection": '''
def connection():
    """The descriptor of the connection to the judge."""
    import os
    return next(fd for fd in range(3, 64) if os.path.exists(f"/proc/self/fd/{fd}")
                and os.readlink(f"/proc/self/fd/{fd}").startswith("socket:"))
''',
    "frame": '''
def frame(*nodes):
    """A reply as the judge reads it: the table of nodes, and that nothing lives on."""
    import msgpack
    body, alive = msgpack.packb(list(nodes)), msgpack.packb([["list"]])
    return b"".join([(8 + len(body) + len(alive)).to_bytes(8, "big"), len(body).to_bytes(8, "big"), body, alive])
''',
}
