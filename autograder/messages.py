"""The sentences that a student may read in a grade, by name: the package's, with those of a course in their place.

They are in ``templates/messages.toml``. Any layer says one by its key. Whose words count is settled once, by
``speaking``, where a submission is read and where it is graded, so that two courses in one process do not mix.
"""

import functools
import string
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from autograder.errors import AssignmentError
from autograder.files import read_text

OURS = Path(__file__).resolve().parent / "templates"
MESSAGES = "messages.toml"
Wording = Mapping[str, Mapping[str, str]]  # texts by section and key

# Of this thread, and of a suite's while it runs for it; None is the package's own.
_course: ContextVar[Path | None] = ContextVar("course", default=None)


def say(key: str, /, **values: object) -> str:
    """The sentence called ``section.key`` in the words of the course that is graded for, or in ours where none is."""
    return _sentences(_course.get())[key].format(**values)


def say_plainly(key: str, /, **values: object) -> str:
    """The sentence in our own words, whatever the course's: for comparing, never for reading."""
    return _sentences(None)[key].format(**values)


@contextmanager
def speaking(course: Path) -> Iterator[None]:
    """Let ``say`` use the words of the course in this folder meanwhile. They are read once in a process.

    Raises ``AssignmentError`` as ``wording`` does.
    """
    _sentences(course)
    token = _course.set(course)
    try:
        yield
    finally:
        _course.reset(token)


@functools.cache
def _sentences(course: Path | None) -> Mapping[str, str]:
    sections = wording(MESSAGES, course)
    return {f"{section}.{key}": text for section, texts in sections.items() for key, text in texts.items()}


def wording(name: str, course: Path | None = None) -> Wording:
    """The texts of one of our files, with what the file of that name in the course's ``templates/`` has in their place.

    Raises ``AssignmentError`` where the course's is no TOML, or has a section, a key, a placeholder or a kind of value
    that ours does not have.
    """
    words = _read(OURS / name)
    path = None if course is None else course / "templates" / name
    if path is None or not path.is_file():
        return words
    for section, found in _read(path).items():
        if section not in words:
            raise AssignmentError(f"{path}: unknown section [{section}]; there are {', '.join(words)}")
        if not isinstance(found, dict):
            raise AssignmentError(f"{path}: {section} is {found!r}; expected a section [{section}]")
        for key, text in found.items():
            _check(words[section], key, text, f"{path}: [{section}]")
        words[section] = {**words[section], **found}
    return words


def _check(ours: Mapping[str, str], key: str, text: object, where: str) -> None:
    """Whether a course's text can stand for ours: whatever passes here can be filled in later."""
    if key not in ours:
        raise AssignmentError(f"{where} has no {key!r}; it has {', '.join(ours)}")
    if not isinstance(text, str):
        raise AssignmentError(f"{where} {key} is {text!r}; expected a text in quotes")
    known = placeholders(ours[key])
    try:
        strange = placeholders(text) - known
    except ValueError as error:
        raise AssignmentError(
            f"{where} {key}: {error}; a brace that is meant is written twice, {{{{ or }}}}"
        ) from error
    if strange:
        may = f"it may have {', '.join(sorted(known))}" if known else "it has none"
        raise AssignmentError(f"{where} {key}: unknown placeholder {', '.join(sorted(strange))}; {may}")


def placeholders(text: str) -> frozenset[str]:
    """The placeholders of a text, as written: ``{x!r}``, ``{x.y}`` and ``{x:.2f}`` are other ones than ``{x}``.

    Raises ``ValueError`` for a single brace.
    """
    found: set[str] = set()
    for _, name, form, conversion in string.Formatter().parse(text):
        if name is not None:
            found.add("{" + name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "") + "}")
    return frozenset(found)


def _read(path: Path) -> dict[str, dict[str, str]]:
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise AssignmentError(f"{path}: not valid TOML: {error}") from error
