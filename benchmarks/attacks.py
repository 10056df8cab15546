"""The same hostile ideas against nbgrader, Otter-Grader, gradescope-utils and this package, side by side.

    uv run python benchmarks/attacks.py [--work DIR] [--out benchmarks/attacks.json]

One tiny assignment (``side_by_side/submissions.py``) is set up in each grader's own default form, the three others in
environments of their own, installed from PyPI by ``uv``. A right answer must get full marks and a wrong one none, or
the comparison is void. Then each idea of ``side_by_side/hostile/`` is handed in with a wrong answer. What came of it is
observed, not assumed: the score in the grader's own output, files, a listener, processes that live on. Where only some
ideas or graders are run, the results of the others stay as they were.

The attacks are harmless: they write below DIR only, talk to 127.0.0.1 only, and all they start is ended by
``side_by_side/warden.py``. Needs Linux and ``uv``; takes about 10 minutes on two cores.
"""

import argparse
import json
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from side_by_side.gradescope_side import Gradescope
from side_by_side.nbgrader_side import Nbgrader
from side_by_side.otter_side import Otter
from side_by_side.our_side import Ours
from side_by_side.page import table
from side_by_side.run import observe
from side_by_side.sides import Place, Side, make_env, version
from side_by_side.submissions import BASELINE, IDEAS, title, write
from side_by_side.verdict import Seen, verdict

COMMAND = "uv run python benchmarks/attacks.py"
SIDES: tuple[Side, ...] = (Nbgrader(), Otter(), Gradescope(), Ours())
Results = dict[tuple[str, str], dict[str, Any]]  # by grader and idea
SLOW = ("swallow", "loop", "memory")  # begun first, so that the lanes end together


def main() -> None:
    """Set up, run all, write the results and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="folder for environments and runs, kept; default: a temporary one")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    parser.add_argument("--jobs", type=int, default=2, help="runs at a time")
    parser.add_argument("--ideas", nargs="*", default=IDEAS, choices=IDEAS, metavar="IDEA", help="default: all")
    parser.add_argument("--graders", nargs="*", default=[side.name for side in SIDES], metavar="NAME")
    options = parser.parse_args()
    sides = [side for side in SIDES if side.name in options.graders]
    with tempfile.TemporaryDirectory() as temporary:
        work = (options.work or Path(temporary)).resolve()
        prepared = {side.name: prepare(side, work) for side in sides}
        with ThreadPoolExecutor(options.jobs) as lanes:
            seen = run_all(lanes, sides, prepared, options.ideas, work)
    results = summary(sides, options.ideas, seen, earlier(options.out))
    write(options.out, json.dumps(results, indent=1) + "\n")
    if len(results["ideas"]) == len(IDEAS):
        print(table(results))
    void = [f"{idea} on {name}" for (name, idea), found in seen.items() if not found.ran]
    if void:
        sys.exit(f"no trace that these attacks ran: {', '.join(void)}")


def prepare(side: Side, work: Path) -> tuple[Path, Place]:
    """The grader's environment, and the assignment set up in it."""
    ours = side.name == "autograder"
    env = Path(sys.prefix) if ours else make_env(side.name, work / "environments")
    template = Place(work / "templates" / side.name)
    shutil.rmtree(template.root, ignore_errors=True)
    side.prepare(template, env)
    return env, template


def run_all(
    lanes: ThreadPoolExecutor,
    sides: list[Side],
    prepared: dict[str, tuple[Path, Place]],
    ideas: list[str],
    work: Path,
) -> dict[tuple[str, str], Seen]:
    """The baseline, which must hold, then every idea against every grader."""

    honest_s: dict[str, float] = {}

    def one(key: tuple[Side, str]) -> Seen:
        side, idea = key
        env, template = prepared[side.name]
        cap_s = side.patience_s + 3 * honest_s.get(side.name, 180.0)  # the machine may be busy with other things
        seen = observe(side, idea, template, env, Place(work / "runs" / side.name / idea), cap_s)
        words = f"{seen.score} marks" if idea in BASELINE else verdict(seen, side.has_neighbor, side.patience_s)
        print(f"{side.name:18}{idea:10}{seen.seconds:6.1f} s  {words}", flush=True)
        return seen

    def each(chosen: list[str]) -> dict[tuple[str, str], Seen]:
        keys = [(side, idea) for idea in chosen for side in sides if idea not in side.not_applicable]
        return {(side.name, idea): seen for (side, idea), seen in zip(keys, lanes.map(one, keys), strict=True)}

    baseline = each(list(BASELINE))
    for (name, idea), seen in baseline.items():
        if seen.score != BASELINE[idea][1]:
            sys.exit(f"the comparison is void: {name} gives the {idea} answer {seen.score}, not {BASELINE[idea][1]}")
        honest_s[name] = seen.seconds
    return baseline | each(sorted(ideas, key=lambda idea: idea not in SLOW))


def earlier(path: Path) -> Results:
    """What an earlier run wrote for the same versions: kept where this one runs only some ideas or graders."""
    if not path.is_file():
        return {}
    written = json.loads(path.read_text(encoding="utf-8"))
    same = {grader["name"] for grader in written["graders"] if grader in _graders()}
    return {
        (name, idea["name"]): seen
        for idea in [*written["ideas"], *written["baseline"]]
        for name, seen in idea["seen"].items()
        if name in same
    }


def summary(sides: list[Side], ideas: list[str], seen: dict[tuple[str, str], Seen], before: Results) -> dict[str, Any]:
    """All that was seen, now and before, as JSON: of each idea that has been tried on every grader."""
    found = before | {(side.name, idea): _result(side, seen, idea) for side in sides for idea in (*BASELINE, *ideas)}

    def rows(chosen: Iterable[str]) -> list[dict[str, Any]]:
        each = {idea: {side.name: found.get((side.name, idea)) for side in SIDES} for idea in chosen}
        return [{"name": idea, "title": title(idea), "seen": by} for idea, by in each.items() if all(by.values())]

    return {
        "command": COMMAND,
        "kernel": platform.release().split("-")[0],
        "python": platform.python_version(),
        "graders": _graders(),
        "baseline": rows(BASELINE),
        "ideas": rows(IDEAS),
    }


def _result(side: Side, seen: dict[tuple[str, str], Seen], idea: str) -> dict[str, Any]:
    """The verdict and what it rests on."""
    today = {"date": datetime.now(UTC).date().isoformat()}
    if idea in side.not_applicable:
        return {"verdict": f"not applicable: {side.not_applicable[idea]}"} | today
    found = seen[side.name, idea]
    words = f"{found.score} marks" if idea in BASELINE else verdict(found, side.has_neighbor, side.patience_s)
    return {"verdict": words} | today | found.as_json()


def _graders() -> list[dict[str, str]]:
    return [{"name": side.name, "label": side.label, "version": _version(side), "how": side.how} for side in SIDES]


def _version(side: Side) -> str:
    return "" if side.name == "autograder" else version(side.name)


if __name__ == "__main__":
    main()
