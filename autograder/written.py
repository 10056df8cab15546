"""Written questions of an assignment, which a human marks: ``solutions/<a>/written.toml``. There may be no such file.

They go into the notebooks for nbgrader alone, with a mark scheme that graders see and students do not.
"""

import math
import re
import tomllib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from autograder.course import Assignment
from autograder.errors import AssignmentError
from autograder.files import read_text

FILE = "written.toml"
WORTH = re.compile(r"^- (\d+(?:\.\d+)?) points?:", re.MULTILINE)
SCHEME_MARK = re.compile(r"(BEGIN|END) MARK SCHEME")
"""What nbgrader cuts a scheme out by, on any line: a second one would leave the rest of the scheme to students."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=20)]


class Question(BaseModel):
    """One question: its name within the assignment, its points, what students read, and what graders go by."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    points: Annotated[float, Field(gt=0, le=100)]
    text: Text
    scheme: Text

    @model_validator(mode="after")
    def _can_be_marked(self) -> "Question":
        """The lines of the scheme add up to the points, and nothing in it ends the part that students do not see."""
        if mark := SCHEME_MARK.search(self.text + "\n" + self.scheme):
            raise ValueError(f"`{self.name}`: contains `{mark[0]}`, by which nbgrader cuts; say it in other words")
        found = math.fsum(map(float, WORTH.findall(self.scheme)))
        if not math.isclose(found, self.points):
            raise ValueError(
                f"`{self.name}`: the lines `- N points: …` of its scheme add up to {found:g}, and the question has "
                f"{self.points:g} point(s)"
            )
        return self


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    question: Annotated[tuple[Question, ...], Field(min_length=1)]


def read_questions(assignment: Assignment) -> tuple[Question, ...]:
    """The questions, in their order. Raises ``AssignmentError`` that names the file and every mistake in it."""
    path = assignment.solution / FILE
    if not path.is_file():
        return ()
    try:
        found = _File.model_validate(tomllib.loads(read_text(path))).question
    except tomllib.TOMLDecodeError as error:
        raise AssignmentError(f"{path}: not valid TOML: {error}") from error
    except ValidationError as error:
        said = [(".".join(map(str, one["loc"])), one["msg"].removeprefix("Value error, ")) for one in error.errors()]
        lines = [f"{where}: {what}" for where, what in said]
        raise AssignmentError(f"{path}: {len(lines)} mistake(s)\n  " + "\n  ".join(lines)) from error
    names = [one.name for one in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise AssignmentError(f"{path}: {', '.join(twice)}: used twice; each question needs a name of its own")
    return found
