"""Which platform a folder came from: the one that ``--layout`` names, or the one that it looks like."""

from autograder.archive import Entry
from autograder.errors import AssignmentError
from autograder.layouts.canvas import CANVAS
from autograder.layouts.github import GITHUB
from autograder.layouts.gradescope import GRADESCOPE
from autograder.layouts.handed import Layout
from autograder.layouts.moodle import MOODLE
from autograder.naming import Search

PLATFORMS = (GRADESCOPE, MOODLE, GITHUB, CANVAS)  # Canvas last: it is told by names alone
OURS = ("nbgrader", "folders")  # read by `discovery` itself, where nothing else fits
LAYOUTS = (*sorted(layout.name for layout in PLATFORMS), *OURS)


def layout_of(folder: Entry, search: Search) -> Layout | None:
    """The platform that a folder, or an opened zip, came from; None where it is arranged by students and assignments.

    Raises ``AssignmentError`` for a ``--layout`` that there is not.
    """
    if search.layout is None:
        return next((layout for layout in PLATFORMS if layout.fits(folder)), None)
    if search.layout not in LAYOUTS:
        raise AssignmentError(f"no layout {search.layout!r}; there are {', '.join(LAYOUTS)}")
    return next((layout for layout in PLATFORMS if layout.name == search.layout), None)
