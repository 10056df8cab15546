"""Which tests can come to call a function: by the reference's calls, directly or not, and by what a suite names."""

from autograder.reach import reached_by
from autograder.reference import load_solutions

from .graded_course import SUITES, write_graded


def test_calls_and_suites_reach(tmp_path):
    """``Scaler`` and ``twice`` call ``scale``; nobody calls ``twice``, but a suite that names it reaches it."""
    assignment = write_graded(tmp_path).assignments[0]
    reference = load_solutions(assignment).reference[1]
    assert reached_by(assignment, reference, "scale") == {"scale", "Scaler", "twice"}
    assert reached_by(assignment, reference, "twice") == {"twice"}
    roundabout = reference + "\nHELPER = twice\n\n\ndef Scaler(lam):\n    return HELPER\n"
    assert reached_by(assignment, roundabout, "twice") == {"Scaler", "twice"}
    suite = assignment.task("scale").suite
    suite.write_text(SUITES["scale"] + "\n\ndef test_scale_more(student):\n    student.twice\n", encoding="utf-8")
    assert reached_by(assignment, reference, "twice") == {"scale", "twice"}
