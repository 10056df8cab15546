"""A grade as the JSON object of the contract ``autograder/grade/v1``, on which other tools may rely."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from autograder import picture as pictures
from autograder.results import ByHand, Diagnosis, Grade, Mark, Outcome, Override, TaskScore, TestResult

SCHEMA = "autograder/grade/v1"


def to_json(grade: Grade) -> dict[str, Any]:
    """The grade as the JSON object of the contract ``autograder/grade/v1``."""
    tasks = [
        {
            "name": task.name, "points": task.points, "max_points": task.max_points, "bonus": task.bonus,
            "outcome": str(task.outcome), "diagnosis": asdict(task.diagnosis) if task.diagnosis else None,
            "picture": asdict(task.picture) if task.picture else None, "key": task.key,
            "override": asdict(task.override) if task.override else None,
            "tests": [
                {**vars(test), "outcome": str(test.outcome), "seconds": round(test.seconds, 4)} for test in task.tests
            ],
        }
        for task in grade.tasks
    ]  # fmt: skip
    return {
        "schema": SCHEMA, "student": grade.student, "assignment": grade.assignment, "attempt": grade.attempt,
        "score": grade.score, "max_score": grade.max_score, "tasks": tasks, "isolation": dict(grade.isolation),
        "seed": grade.seed, "sources": [dict(source) for source in grade.sources], "versions": dict(grade.versions),
        "submitted_at": grade.submitted_at, "graded_at": grade.graded_at,
        "late": dict(grade.late) if grade.late else None, "problem": grade.problem, "notes": list(grade.notes),
        "code": [dict(piece) for piece in grade.code], "seconds": round(grade.seconds, 3),
        "manual": asdict(grade.manual) if grade.manual else None,
    }  # fmt: skip


def from_json(data: Mapping[str, Any]) -> Grade:
    """The grade that ``to_json`` wrote; what earlier versions did not write yet may be missing.

    Raises ``ValueError`` for another schema, ``KeyError`` for a missing key.
    """
    if data.get("schema") != SCHEMA:
        raise ValueError(f"schema is {data.get('schema')!r}, not {SCHEMA!r}")
    tasks = tuple(
        TaskScore(
            name=task["name"], max_points=task["max_points"], bonus=task["bonus"], key=task.get("key", ""),
            diagnosis=Diagnosis(**task["diagnosis"]) if task["diagnosis"] else None,
            picture=pictures.from_json(task["picture"]) if task.get("picture") else None,
            override=Override(**task["override"]) if task.get("override") else None,
            tests=tuple(TestResult(**{**test, "outcome": Outcome(test["outcome"])}) for test in task["tests"]),
        )
        for task in data["tasks"]
    )  # fmt: skip
    plain = (
        "student", "assignment", "attempt", "isolation", "seed", "versions", "submitted_at", "graded_at", "late",
        "problem",
    )  # fmt: skip
    several: dict[str, Any] = {key: tuple(data[key]) for key in ("sources", "notes")}
    later: dict[str, Any] = {"code": tuple(data.get("code", ())), "seconds": data.get("seconds", 0.0)}
    if found := data.get("manual"):
        later["manual"] = ByHand(**{**found, "marks": tuple(Mark(**mark) for mark in found["marks"])})
    return Grade(tasks=tasks, **several, **later, **{key: data[key] for key in plain})
