"""Whether memory stays flat: one judge and its fork server over many gradings.

    uv run python benchmarks/memory.py [--gradings 10000] [--assignment 07_dropout]

Right and wrong submissions take turns: the reference, and the reference without one of its tasks, so that outcomes,
messages and exceptions are made as in a class. Memory is what a process has for itself (Linux's RssAnon), after each
tenth; what counts is its growth from the second tenth to the last. Written to benchmarks/memory.json.
"""

import argparse
import json
import os
import re
import time
from pathlib import Path

from autograder.course import load_course
from autograder.judge import Judge
from autograder.submission import Segment, Submission

ROOT = Path(__file__).resolve().parent.parent
PARTS = 10


def megabytes(pid: int) -> float:
    """A process's own memory."""
    found = re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) / 1024


def main() -> None:
    """Grade, look, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gradings", type=int, default=10_000)
    parser.add_argument("--assignment", default="07_dropout")
    options = parser.parse_args()
    judge = Judge(load_course(ROOT))
    bench = judge.bench(options.assignment)
    label, source = bench.solutions.reference
    sources = [source]
    for task in bench.assignment.tasks:
        sources.append(re.sub(rf"(?m)^(def|class) {task.name}\b", rf"\1 not_{task.name}", source))
    rows, began = [], time.perf_counter()
    for number in range(options.gradings):
        segment = Segment(label, sources[number % len(sources)])
        judge.grade(Submission(f"student{number}", bench.assignment.name, (segment,), (), None))
        if (number + 1) % max(1, options.gradings // PARTS) == 0:
            server = judge.server().pid
            row = {"gradings": number + 1, "judge_mb": megabytes(os.getpid()), "server_mb": megabytes(server)}
            rows.append({name: round(value, 1) for name, value in row.items()})
            print(f"{row['gradings']:8} gradings: judge {row['judge_mb']:7.1f} MB, server {row['server_mb']:7.1f} MB")
    judge.close()
    growth = {name: round(rows[-1][name] - rows[1][name], 1) for name in ("judge_mb", "server_mb")}
    print(f"growth from the second tenth to the last: {growth}")
    report = {"assignment": options.assignment, "growth": growth, "rows": rows}
    report["seconds_a_grading"] = round((time.perf_counter() - began) / options.gradings, 3)
    Path(__file__).with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
