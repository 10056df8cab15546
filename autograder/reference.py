"""The reference solution of an assignment and the answers that prove its suite, as modules and as source.

A variant (an accepted answer, a misconception) is the reference with one name bound to another function or class, in
one namespace: what calls that name calls the variant, as it would in a submission.
"""

import ast
import functools
import types
from dataclasses import dataclass

from autograder.answers import Answer, answers_in
from autograder.course import Assignment
from autograder.errors import AssignmentError
from autograder.source import read_source, reference_text, stub_text

Segments = tuple[tuple[str, str], ...]
_DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Solutions:
    """The text of the reference, of the stub and of each file of answers, and the answers found in them."""

    module: str
    reference: tuple[str, str]
    stub: str
    files: Segments
    accepted: tuple[Answer, ...]
    misconceptions: tuple[Answer, ...]

    def segments(self, answer: Answer | None = None) -> Segments:
        """What a submission with this answer in place of the reference's would hold, as (label, source) pieces."""
        if answer is None:
            return (self.reference,)
        binding = f"{answer.replaces} = {answer.written_as}\n{answer.replaces}.__name__ = {answer.replaces!r}\n"
        return (self.reference, *self.files, (answer.written_as, binding))


def load_solutions(assignment: Assignment) -> Solutions:
    """Read and run an assignment's reference and answers.

    Raises ``AssignmentError`` where a file cannot be run, an answer replaces what no task has, or two share a name.
    """
    cells = read_source(assignment)
    reference = (str(assignment.source), reference_text(cells))
    files = tuple((str(path), path.read_text(encoding="utf-8")) for path in assignment.answers)
    namespace = run(assignment.module, (reference, *files)).__dict__
    answers = answers_in(namespace)
    defined = [node.name for _, text in files for node in ast.parse(text).body if isinstance(node, _DEFINITIONS)]
    for answer in answers:
        assignment.task(answer.replaces)
        if (count := defined.count(answer.written_as)) != 1:
            raise AssignmentError(
                f"{assignment.name}: the answer {answer.written_as} is written {count} times, not once"
            )
    return Solutions(
        module=assignment.module,
        reference=reference,
        stub=stub_text(cells, assignment),
        files=files,
        accepted=tuple(answer for answer in answers if not answer.is_misconception),
        misconceptions=tuple(answer for answer in answers if answer.is_misconception),
    )


def run(module: str, segments: Segments) -> types.ModuleType:
    """Run trusted source, piece by piece, as one module. Raises ``AssignmentError`` naming the piece that fails."""
    made = types.ModuleType(module)
    for label, source in segments:
        try:
            exec(_compiled(source, label), made.__dict__)
        except Exception as error:
            raise AssignmentError(f"{label} cannot be run: {type(error).__name__}: {error}") from error
    return made


@functools.lru_cache(maxsize=64)
def _compiled(source: str, label: str) -> types.CodeType:
    """The code of a piece; all answers of an assignment share the reference's."""
    return compile(source, label, "exec", dont_inherit=True)
