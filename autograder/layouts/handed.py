"""What every layout comes to: files that belong together, and who handed them in, as the platform knows them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from autograder.archive import Entry
from autograder.course import Assignment
from autograder.naming import Search


@dataclass(frozen=True)
class Person:
    """One student, as a platform knows them. ``id`` files the work where no roster says better; ``names`` are spellings
    of the full name, the likeliest first; ``keys`` are values of the roster's columns."""

    id: str
    names: tuple[str, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Handed:
    """One submission of a download: a folder with the files under the names that students gave them, and everybody who
    handed it in. ``submitted_at`` is ISO 8601 in UTC, None where the platform does not tell; ``assignment`` is set
    where the platform does."""

    where: str
    entry: Entry
    people: tuple[Person, ...]
    submitted_at: str | None = None
    notes: tuple[str, ...] = ()
    assignment: Assignment | None = None


Read = Iterator[Handed | str]  # a string is a path that is no submission, and why


@dataclass(frozen=True)
class Layout:
    """How one platform arranges what it collects: whether a folder is that, and what it holds."""

    name: str
    fits: Callable[[Entry], bool]
    read: Callable[[Entry, str, Search], Read]


def gathered(name: str, files: Sequence[tuple[str, Entry]]) -> Entry:
    """A folder of this name, with files (or folders) under other names than they lie under. Nothing is copied."""
    inside = tuple(replace(entry, name=called) for called, entry in files)
    return Entry(name, max(entry.time for entry in inside), listing=lambda: inside)
