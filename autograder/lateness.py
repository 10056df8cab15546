"""What lateness costs: the policy of the configuration, with extensions, as arithmetic on recorded times alone."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

Percent = Annotated[float, Field(ge=0, le=100)]


class Extension(BaseModel):
    """More time for one student: ``until`` a time, or so many ``days`` and ``hours`` after the due date; for the named
    ``assignments``, or for all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    student: Annotated[str, Field(min_length=1)]
    assignments: tuple[str, ...] = ()
    until: AwareDatetime | None = None
    days: Annotated[float, Field(ge=0, le=366)] = 0
    hours: Annotated[float, Field(ge=0, le=366 * 24)] = 0

    @model_validator(mode="after")
    def _says_how_long(self) -> "Extension":
        if (self.until is not None) == bool(self.days or self.hours):
            raise ValueError("an extension says either `until` when, or how many `days` or `hours`")
        return self

    def due(self, due: datetime) -> datetime:
        """The due date that this extension says, be it earlier or later."""
        return self.until or due + timedelta(days=self.days, hours=self.hours)


class LatePolicy(BaseModel):
    """Each day begun after the due date plus grace takes ``percent_per_day`` of the score, or each hour begun
    ``percent_per_hour``, up to ``max_percent``; and never so much that a score falls below ``floor_percent`` of the
    assignment's points."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grace_minutes: Annotated[int, Field(ge=0)] = 0
    percent_per_day: Percent = 10.0
    percent_per_hour: Percent | None = None
    max_percent: Percent = 50.0
    floor_percent: Percent = 0.0
    extensions: tuple[Extension, ...] = ()

    @model_validator(mode="after")
    def _has_one_rate(self) -> "LatePolicy":
        if self.percent_per_hour is not None and "percent_per_day" in self.model_fields_set:
            raise ValueError("give `percent_per_day` or `percent_per_hour`, not both")
        return self

    @property
    def step(self) -> tuple[str, float]:
        """What is counted, "day" or "hour", and the percentage that each one begun takes."""
        return ("day", self.percent_per_day) if self.percent_per_hour is None else ("hour", self.percent_per_hour)

    def due(self, due: datetime, student: str, assignment: str) -> datetime:
        """When an assignment is due for one student: the latest of the due date and all that extends it."""
        theirs = (one for one in self.extensions if one.student == student)
        return max([due, *(one.due(due) for one in theirs if not one.assignments or assignment in one.assignments)])

    def penalty(self, due: datetime, submitted: datetime) -> float:
        """The share of the score, in [0, 1], that a submission at this time loses."""
        kind, percent = self.step
        begun = max(0, -int(-self.overdue(due, submitted) // (86_400 if kind == "day" else 3600)))
        return min(begun * percent, self.max_percent) / 100

    def overdue(self, due: datetime, submitted: datetime) -> float:
        """By how many seconds a submission at this time missed the due date and its grace; not above 0 in time."""
        return (submitted - due).total_seconds() - 60 * self.grace_minutes

    def floor(self, max_score: float) -> float:
        """The points below which lateness takes no score, of these at most."""
        return round(max_score * self.floor_percent / 100, 2)


class TotalPolicy(BaseModel):
    """Which assignments make up the course's total: all but the ``drop_lowest``, or the ``best_of`` so many."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    drop_lowest: Annotated[int, Field(ge=0)] | None = None
    best_of: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _is_one_rule(self) -> "TotalPolicy":
        if (self.drop_lowest is None) == (self.best_of is None):
            raise ValueError("give `drop_lowest` or `best_of`, one of the two")
        return self

    def counted(self, assignments: int) -> int:
        """How many of so many assignments count, one at least."""
        return max(1, min(assignments, self.best_of or assignments - (self.drop_lowest or 0)))

    def percent(self, shares: Iterable[float], assignments: int) -> float | None:
        """The mean of a student's best shares, in percent, each assignment alike; None where too few of so many
        assignments have one: what was never handed in is for an instructor to decide."""
        found, wanted = sorted(shares, reverse=True), self.counted(assignments)
        return round(100 * sum(found[:wanted]) / wanted, 2) if len(found) >= wanted > 0 else None
