"""What ``author check`` found about an assignment: frozen values, and what they come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["right", "trivial", "misconception"]
MUTATION_FLOOR = 0.95
CHANCE_CEILING = 1e-7


@dataclass(frozen=True)
class Row:
    """How one answer fared. ``task`` is its own task, empty where it answers all of them.

    ``problems`` are the promises that it breaks, as sentences; ``passed`` says of each test on which share of its
    ``runs`` it was passed; ``chance`` adds up, over all tests, how often chance fails a right answer.
    """

    name: str
    kind: Kind
    task: str
    problems: tuple[str, ...] = ()
    passed: Mapping[str, float] = field(default_factory=dict)
    runs: int = 0
    chance: float = 0.0


@dataclass(frozen=True)
class MutantRow:
    """How one mutant of the reference fared: ``caught_by`` is the first test that it did not pass, empty where it
    survived; ``because`` is why no test can catch it, where that is recorded."""

    name: str
    task: str
    caught_by: str = ""
    because: str = ""


@dataclass(frozen=True)
class Report:
    """The proof of one assignment, or what is missing in it. ``tests`` are the tests of each task, in order."""

    assignment: str
    tests: Mapping[str, tuple[str, ...]]
    rows: tuple[Row, ...]
    mutants: tuple[MutantRow, ...]
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every promise holds."""
        return not self.all_problems

    @property
    def all_problems(self) -> tuple[str, ...]:
        """Every broken promise as a sentence: the assignment's, then each answer's."""
        found = [*self.problems, *(f"{row.name}: {problem}" for row in self.rows for problem in row.problems)]
        if self.mutants and self.mutation_score < MUTATION_FLOOR:
            share = f"{100 * self.mutation_score:.1f} %"
            found.append(f"only {share} of the mutants are caught; {100 * MUTATION_FLOOR:.0f} % are asked for")
        if self.chance >= CHANCE_CEILING:
            found.append(f"chance fails a right answer with probability up to {self.chance:.1e}, not {CHANCE_CEILING}")
        return tuple(found)

    @property
    def survivors(self) -> tuple[MutantRow, ...]:
        """Mutants that no test caught and nobody has explained."""
        return tuple(mutant for mutant in self.mutants if not mutant.caught_by and not mutant.because)

    @property
    def mutation_score(self) -> float:
        """The share of the mutants that are caught, leaving out those that are recorded as equivalent; 1 for none."""
        counted = [mutant for mutant in self.mutants if not mutant.because]
        return 1 - len(self.survivors) / len(counted) if counted else 1.0

    @property
    def chance(self) -> float:
        """With which probability, at most, a right answer loses any mark by chance."""
        return max((row.chance for row in self.rows if row.kind == "right"), default=0.0)

    @property
    def summary(self) -> str:
        """The findings in words, broken promises last."""
        count = {kind: sum(row.kind == kind for row in self.rows) for kind in ("right", "misconception", "trivial")}
        caught = sum(bool(mutant.caught_by) for mutant in self.mutants)
        known = sum(bool(mutant.because) for mutant in self.mutants)
        lines = [
            f"{self.assignment}: {'sound' if self.sound else 'NOT SOUND'} ({sum(row.runs for row in self.rows)} runs)",
            f"  {count['right']} right answers must get full marks, {count['misconception']} misconceptions must lose "
            f"marks in their own task only, {count['trivial']} empty answers must earn nothing",
            f"  chance fails a right answer with probability {self.chance:.1e} at most",
        ]
        if self.mutants:
            score = f"{100 * self.mutation_score:.1f} %"
            lines.append(f"  {caught} of {len(self.mutants)} mutants caught, {known} equivalent: score {score}")
        lines += [f"  survives: {mutant.name}" for mutant in self.survivors]
        return "\n".join([*lines, *(f"  ✗ {problem}" for problem in self.all_problems)])


def to_json(report: Report) -> dict[str, Any]:
    """The report as a JSON object."""
    return {
        "assignment": report.assignment,
        "sound": report.sound,
        "chance": report.chance,
        "mutation_score": round(report.mutation_score, 4),
        "problems": list(report.all_problems),
        "tests": {task: list(names) for task, names in report.tests.items()},
        "answers": [
            {"name": row.name, "kind": row.kind, "task": row.task, "runs": row.runs, "passed": dict(row.passed)}
            for row in report.rows
        ],
        "mutants": [vars(mutant) for mutant in report.mutants],
    }
