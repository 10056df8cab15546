"""Moodle, "Download all submissions": a folder for each student, ``Ada Lovelace_12345_assignsubmission_file_``.

The number is that of ``Participant 12345`` in the grading worksheet of the same assignment, not of the user. Without
folders, the same stands before each file's name. In a team assignment, the name of the team and a hyphen stand before
the name, and everybody in it has a folder of their own. Moodle does not tell when anything was handed in.
"""

import re

from autograder.archive import Entry
from autograder.layouts.handed import Handed, Layout, Person, Read, gathered
from autograder.naming import Search

_NAME = re.compile(r"(?P<who>.+?)_(?P<participant>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?")


def _fits(folder: Entry) -> bool:
    return any(_NAME.fullmatch(entry.name) for entry in folder.children())


def _read(folder: Entry, where: str, search: Search) -> Read:
    groups: dict[tuple[str, str], list[tuple[str, Entry]]] = {}
    others: list[tuple[tuple[str, str], str]] = []
    for entry in folder.children():
        place, found = f"{where}/{entry.name}", _NAME.fullmatch(entry.name)
        if found is None or entry.refused:
            why = f"is {entry.refused}, which is not followed" if entry.refused else "is not named as by Moodle"
            yield f"{place}: {why}; expected Ada Lovelace_12345_assignsubmission_file_"
        elif found["kind"] != "file":
            others.append(((found["who"], found["participant"]), f"{place}: is no file but Moodle's {found['kind']}"))
        else:
            files = [(child.name, child) for child in entry.children()] if entry.listing else [(found["file"], entry)]
            groups.setdefault((found["who"], found["participant"]), []).extend(files)
    for (who, participant), files in groups.items():
        person = _person(who, participant)
        if files:
            yield Handed(f"{where}/{who}_{participant}", gathered(person.id, files), (person,))
        else:
            yield f"{where}/{who}_{participant}: the folder is empty; expected a file"
    yield from (line for key, line in others if key not in groups)


def _person(who: str, participant: str) -> Person:
    """Whose folder it is. Where Moodle hides the names, the participant's number is all there is."""
    keys = {"moodle_id": participant}
    if who in ("Participant", "Anonymous user"):
        return Person(f"participant-{participant}", (), keys)
    parts = who.split("-")
    return Person(who, tuple("-".join(parts[start:]) for start in range(len(parts))), keys)


MOODLE = Layout("moodle", _fits, _read)
