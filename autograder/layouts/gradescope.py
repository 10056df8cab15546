"""Gradescope, "Download Submissions": folders ``submission_123``, and ``submission_metadata.yml``, which tells of each
who handed it in, when, and with whom. It is YAML as Ruby writes it: keys begin with a colon."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from autograder.archive import Entry
from autograder.errors import AssignmentError, SubmissionError
from autograder.layouts.handed import Handed, Layout, Person, Read
from autograder.naming import Search

METADATA = "submission_metadata.yml"
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d{1,6})?\d* ?(Z|UTC|[+-]\d\d:?\d\d)")


def _fits(folder: Entry) -> bool:
    return any(entry.name == METADATA and entry.content for entry in folder.children())


def _read(folder: Entry, where: str, search: Search) -> Read:
    children = {entry.name: entry for entry in folder.children()}
    if METADATA not in children:
        yield f"{where}: holds no {METADATA}; expected a download of Gradescope's submissions"
        return
    told = _metadata(children.pop(METADATA), where)
    for name, about in told.items():
        entry = children.pop(name, None)
        people = tuple(_person(one) for one in _listed(about, ":submitters"))
        if entry is None:
            yield f"{where}/{name}: is in {METADATA}, but not among the folders"
        elif entry.listing is None:
            yield f"{where}/{name}: is {entry.refused or 'a file'}; expected a folder"
        elif not people or not all(person.id for person in people):
            yield f"{where}/{name}: {METADATA} does not say who handed it in"
        else:
            submitted_at, notes = _time(str(about.get(":created_at", "")))
            yield Handed(f"{where}/{name}", entry, people, submitted_at, notes)
    for name in children:
        yield f"{where}/{name}: is not in {METADATA}, so nobody knows whose it is"


def _metadata(file: Entry, where: str) -> Mapping[str, Mapping[str, Any]]:
    """What is told of each submission, every value a text. Raises ``AssignmentError`` where it is no such file."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        tree = YAML(typ="base").load(file.read())
    except (YAMLError, UnicodeDecodeError, SubmissionError) as error:
        raise AssignmentError(f"{where}/{METADATA}: cannot be read as YAML ({error}); download it again") from error
    if not isinstance(tree, dict) or not all(isinstance(about, dict) for about in tree.values()):
        raise AssignmentError(f"{where}/{METADATA}: expected an entry for each submission, as Gradescope writes it")
    return tree


def _listed(about: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = about.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _person(about: Mapping[str, Any]) -> Person:
    name, number, email = (str(about.get(key, "")).strip() for key in (":name", ":sid", ":email"))
    keys = {"email": email, "sis_user_id": number}
    return Person(
        email or number or name, (name,) if name else (), {key: value for key, value in keys.items() if value}
    )


def _time(text: str) -> tuple[str | None, tuple[str, ...]]:
    """A time as ISO 8601 in UTC, and a note where it is none; digits beyond microseconds are left out."""
    found = _TIME.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        zone = "+00:00" if found[4] in ("Z", "UTC") else found[4]
        return datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3] or ''}{zone}").astimezone(UTC).isoformat(), ()
    except (ValueError, OverflowError):
        return None, (f"the time in {METADATA} is not used: {text!r} is no time",)


GRADESCOPE = Layout("gradescope", _fits, _read)
