"""A small class of grades in which everything occurs that an export must get right."""

from pathlib import Path

from autograder.config import Config
from autograder.results import Diagnosis, Grade, Outcome, TaskScore, TestResult
from autograder.roster import Student

GOLDEN = Path(__file__).parent / "golden"
CONFIG = Config.model_validate(
    {
        "course": "Small", "secret": "not-a-real-secret",
        "assignments": {
            "04_scaling": {"title": "Scaling, gently", "tasks": [
                {"id": "4.1", "names": ["scale"], "points": 7},
                {"id": "4.2", "names": ["twice"], "points": 3, "needs": ["scale"]},
                {"id": "4.3", "names": ["extra"], "points": 2.5, "bonus": True},
            ]},
            "05_noise": {"title": "Noise", "tasks": [{"id": "5.1", "names": ["blur"], "points": 4}]},
        },
    }
)  # fmt: skip
HINT = Diagnosis("scale__unshifted", "You forgot the shift.", "DS 542, Scaling")
LATE = {"due": "2027-02-08T23:59:00+00:00", "seconds": 100_000, "penalty": 0.2}
ROSTER = (
    Student("amara", "Okafor, Amara", "amara@x.edu", "Sec 1", "987", "S001", "amara@x.edu", "31"),
    Student("ben", '=HYPERLINK("http://x","Ben")', "ben@x.edu", "-1", "988", "S002", "ben@x.edu", "32"),
    Student("cleo", "Ünal, Cleo; née O'Hara", "cleo@x.edu", "Sec 1", "989", "S003", "cleo@x.edu", "33"),
    Student("dan", "Dan Wu", "dan@x.edu", "Sec 2", "990", "S004", "dan@x.edu", "34"),
)


def result(name: str, outcome: Outcome, **more: object) -> TestResult:
    """One test."""
    return TestResult(name, f"Law of {name} & <others>.", outcome, seconds=0.25, **more)  # type: ignore[arg-type]


def grade(student: str, *tasks: TaskScore, assignment: str = "04_scaling", **more: object) -> Grade:
    """A grade of these tasks."""
    about = {"submitted_at": "2027-02-08T20:00:00+00:00", "seconds": 1.5, **more}
    return Grade(
        student, assignment, tasks, "5eed", "2027-02-10T08:00:00+00:00", {"level": "process"}, **about,
    )  # type: ignore[arg-type]  # fmt: skip


def scaling(
    scale: Outcome, twice: Outcome, extra: Outcome, diagnosis: Diagnosis | None = None
) -> tuple[TaskScore, ...]:
    """The tasks of the first assignment; of the two tests of its first task one is passed."""
    return (
        TaskScore("scale", 7.0, False, (result("a", Outcome.PASSED, weight=2.0), result("b", scale)), diagnosis),
        TaskScore("twice", 3.0, False, (result("c", twice, message='raised "E" ]]> \x1b[31m\x00\x0b\ufffe, 100 %'),)),
        TaskScore("extra", 2.5, True, (result("d", extra, printed="it's\r\n::error::me\n", measured={"error": -0.5}),)),
    )


P, F = Outcome.PASSED, Outcome.FAILED
CLASS = (
    grade("amara", *scaling(P, P, P)),
    grade("ben", *scaling(F, Outcome.TIMED_OUT, Outcome.SKIPPED, HINT), late=LATE, attempt=2),
    grade("cleo", *scaling(P, Outcome.UNGRADED, F)),
    grade(
        "@eve", *scaling(Outcome.MISSING, Outcome.MISSING, Outcome.MISSING), problem="=1+1\rscaling.py: SyntaxError",
        notes=("-2 is taken",), submitted_at=None,
    ),
    grade("amara", TaskScore("blur", 4.0, False, (result("a", F),)), assignment="05_noise"),
    grade("ben", TaskScore("blur", 4.0, False, (result("a", P),)), assignment="05_noise"),
)  # fmt: skip
FIRST = tuple(one for one in CLASS if one.assignment == "04_scaling")


def golden(name: str, made: bytes, renew: bool) -> bytes:
    """What the golden file holds, after it was renewed, where that was asked for."""
    path = GOLDEN / name
    if renew:
        path.write_bytes(made)
    return path.read_bytes()
