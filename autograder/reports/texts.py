"""The words and templates of everything that people read: the package's, with those of the course in their place.

A course changes a page by a template of the same name in its folder ``templates/``, and single words by
``templates/words.toml`` there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import AssignmentError
from autograder.messages import MESSAGES, OURS, wording

if TYPE_CHECKING:
    from jinja2 import Environment

WORDS = "words.toml"


@dataclass(frozen=True)
class Texts:
    """Words by section and key, and the folders in which templates are looked for, the course's first."""

    words: Mapping[str, Mapping[str, str]]
    folders: tuple[Path, ...] = (OURS,)

    def outcome(self, outcome: str) -> str:
        """An outcome in words."""
        return self.words["outcomes"][outcome]

    def mark(self, outcome: str) -> str:
        """The sign that stands before a rubric line."""
        return self.words["marks"].get(outcome, self.words["marks"]["other"])

    def render(self, template: str, **values: Any) -> str:
        """A page. Raises ``AssignmentError`` naming the template of the course, and the line, that cannot be used."""
        try:
            return _environment(self.folders).get_template(template).render(words=self.words, texts=self, **values)
        except Exception as error:  # a template is a program: an author's can fail in any way
            line = getattr(error, "lineno", None)
            where = f"{getattr(error, 'filename', None) or template}{f', line {line}' if line else ''}"
            raise AssignmentError(f"{where}: {type(error).__name__}: {error}") from error


@cache
def _environment(folders: tuple[Path, ...]) -> "Environment":
    """Where templates are found; one for each process, so that each is compiled once."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader([str(folder) for folder in folders]), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def load_texts(course: Path | None = None) -> Texts:
    """The texts of the course in this folder, or the package's own. Raises ``AssignmentError`` as ``wording`` does."""
    theirs = course / "templates" if course is not None else None
    folders = (OURS,) if theirs is None or not theirs.is_dir() else (theirs, OURS)
    return Texts(wording(WORDS, course), folders)


def check_wording(course: Path) -> None:
    """Raise ``AssignmentError`` where the words and sentences of the course in this folder cannot be used."""
    for name in (WORDS, MESSAGES):
        wording(name, course)
