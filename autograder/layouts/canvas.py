"""Canvas, "Download Submissions": one flat folder, where a file's name says whose it is.

A name is that of the student (or the group) as it sorts, ``LATE`` where that is so, the user's id, the file's id and
the name that the student gave it (canvas-lms, ``lib/content_zipper.rb``): ``lovelaceada_LATE_123_456_dropout.py``.
Canvas marks what was handed in again: ``dropout-1.py``. It does not tell when anything was handed in.
"""

import re
from collections.abc import Iterator

from autograder.archive import Entry
from autograder.layouts.handed import Handed, Layout, Person, Read, gathered
from autograder.naming import Search

_UPLOAD = re.compile(r"(?P<who>.+?)(?P<late>_LATE)?_(?P<user>\d+)_\d+_(?P<name>.+)")
_ANONYMOUS = re.compile(r"(?P<late>LATE_)?(?P<who>anon)_(?P<user>[A-Za-z0-9]+)_\d+_(?P<name>.+)")
_TYPED = re.compile(r".+?(?:_LATE)?_\w+_(?P<kind>text|link)\.html")
_LATE = "Canvas marks this LATE; it does not tell by how much, so no points are taken off for that"


def _fits(folder: Entry) -> bool:
    files = [entry for entry in folder.children() if entry.content]
    return 0 < len(files) <= 2 * sum(_upload(entry.name) is not None for entry in files)


def _read(folder: Entry, where: str, search: Search) -> Read:
    groups: dict[tuple[str, str], list[tuple[re.Match[str], Entry]]] = {}
    for entry in folder.children():
        if entry.content and (found := _upload(entry.name)):
            groups.setdefault((found["who"], found["user"]), []).append((found, entry))
        else:
            yield _not_one(entry, where)
    yield from _handed(groups, where)


def _handed(groups: dict[tuple[str, str], list[tuple[re.Match[str], Entry]]], where: str) -> Iterator[Handed]:
    for (who, user), files in groups.items():
        person = Person(f"{who}-{user}", (who,), {} if who == "anon" else {"canvas_id": user})
        entry = gathered(person.id, [(found["name"], entry) for found, entry in files])
        notes = (_LATE,) if any(found["late"] for found, _ in files) else ()
        yield Handed(f"{where}/{files[0][1].name}", entry, (person,), notes=notes)


def _not_one(entry: Entry, where: str) -> str:
    if typed := _TYPED.fullmatch(entry.name):
        what = "a text typed into Canvas" if typed["kind"] == "text" else "a link"
        return f"{where}/{entry.name}: is {what}; expected a file"
    return f"{where}/{entry.name}: is not named as Canvas names files; expected lovelaceada_123_456_name.py"


def _upload(name: str) -> re.Match[str] | None:
    return _ANONYMOUS.fullmatch(name) or _UPLOAD.fullmatch(name)


CANVAS = Layout("canvas", _fits, _read)
