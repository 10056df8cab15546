"""Whose mistake it is: the student's, the author's or ours. Every message says where, what was found and what
would be right."""


class AutograderError(Exception):
    """Base of all errors that are raised on purpose; the command line prints its message and no traceback."""


class SubmissionError(AutograderError):
    """Something is wrong with a submission; the student reads the message."""


class AssignmentError(AutograderError):
    """Something is wrong with an assignment or the configuration; its author reads the message."""


class GraderError(AutograderError):
    """We failed: what was being graded stays ``ungraded`` and costs the student nothing."""
