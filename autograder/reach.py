"""Which tasks' tests can come to call a function: those whose reference needs it, and those whose suite names it."""

import functools
import re

from autograder.course import Assignment
from autograder.statements import Unit, needed, units_of


def reached_by(assignment: Assignment, reference: str, name: str) -> frozenset[str]:
    """The tasks whose outcome another ``name`` can change, where the rest is the source text ``reference``."""
    return frozenset(
        task.name
        for task in assignment.tasks
        if name in _needs(reference, task.names) or re.search(rf"\b{name}\b", task.suite.read_text(encoding="utf-8"))
    )


@functools.lru_cache(maxsize=256)
def _needs(reference: str, names: tuple[str, ...]) -> frozenset[str]:
    """All names of the module that the code behind these names uses, directly or by way of others."""
    units = needed(_units(reference), names)
    return frozenset(name for unit in units for name in unit.binds)


@functools.lru_cache(maxsize=16)
def _units(reference: str) -> tuple[Unit, ...]:
    return tuple(units_of(0, reference))
