"""The results of ``benchmarks/attacks.py`` as the Markdown of ``docs/security.md``. Imports nothing of ours."""

from typing import Any


def table(results: dict[str, Any]) -> str:
    """One row an idea, one column a grader; above it what was run, when and how."""
    graders = results["graders"]
    names = [grader["name"] for grader in graders]
    head = ["idea", *(f"{grader['label']} {grader['version']}".strip() for grader in graders)]
    rows = [[idea["title"], *(idea["seen"][name]["verdict"] for name in names)] for idea in results["ideas"]]
    days = sorted({idea["seen"][name]["date"] for idea in results["ideas"] for name in names})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    lines = [
        f"Run on {when} with `{results['command']}`, Linux {results['kernel']}, Python {results['python']}:",
        "",
        *(f"- {grader['label']}: {grader['how']}" for grader in graders),
        "",
        *(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)),
    ]
    return "\n".join(lines) + "\n"
