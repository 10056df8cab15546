"""Seconds a submission, several ways in one run over the same submissions and the same hidden suite.

    uv run python benchmarks/throughput.py [--assignment 07_dropout] [--submissions 20] [--class-of 400]
        [--others FOLDER]

- class: ``autograder grade`` on a class of so many, from start to finish: warming up, a judge a core, every page; once;
- class of all sorts: a third as many, where each student has answers of their own: every task is right in one of the
  ways of ``accepted.py`` or the reference's, each as likely, and one in seven is wrong in one of the ways of
  ``misconceptions.py``, which must then be diagnosed;
- class without forms: as many as that, of the first class, where every student has their own inputs (``forms: null``);
- judge: the warm judge, each submission in a guest of its own, as ``autograder grade`` does with one job; it has graded
  the same answers before;
- new judge: the same, where no answer was ever given before;
- pytest: a fresh ``pytest`` process for each submission, running the suite in that process, as a course would without
  this package;
- floor: the same tests in this warm process, without any boundary;
- with ``--others``, nbgrader, Otter-Grader and gradescope-utils, each in an environment of its own in that folder, by
  their own commands (``side_by_side/course_side.py``).

All but the classes work one submission after another; other graders have no command that works otherwise. Each side is
timed several times, alternating, and its median is taken. The ratios are what counts; they are printed and written to
benchmarks/throughput.json.
"""

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from side_by_side.course_side import SIDES, CourseSide, Work, course_env, grade
from side_by_side.sides import Place

from autograder.bench import Bench
from autograder.course import CONFIG_FILE, Assignment, load_course
from autograder.demo import Desk
from autograder.judge import Judge
from autograder.reference import run
from autograder.results import Outcome
from autograder.store import read_all
from autograder.submission import Segment, Submission

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3


def seconds(act: Callable[[], object]) -> float:
    """How long something takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assignment", default="07_dropout")
    parser.add_argument("--submissions", type=int, default=20, help="graded by the judge and at the floor, each round")
    parser.add_argument("--class-of", type=int, default=400, help="graded by one `autograder grade`, once")
    parser.add_argument("--fresh", type=int, default=2, help="graded by fresh pytest processes, each round")
    parser.add_argument("--others", type=Path, help="a folder for the environments of other graders")
    options = parser.parse_args()

    course = load_course(ROOT)
    judge = Judge(course)
    bench = judge.bench(options.assignment)
    label, source = bench.solutions.reference
    submissions = [
        Submission(f"student{number}", bench.assignment.name, (Segment(label, source),), (), None)
        for number in range(options.submissions)
    ]
    one_a_form = list({course.seed(one.student, one.assignment): one for one in submissions}.values())
    module = run(bench.assignment.module, bench.solutions.segments())
    tasks = tuple(task.name for task in bench.assignment.tasks)

    def by_judge() -> None:
        for submission in submissions:
            grade = judge.grade(submission)
            assert all(task.outcome in (Outcome.PASSED, Outcome.SKIPPED) for task in grade.tasks), grade

    def by_new_judge() -> None:
        bench.past.forget()
        for submission in one_a_form:
            judge.grade(submission)

    def at_floor() -> None:
        for submission in submissions:
            judge.try_answer(bench, module, course.seed(submission.student, submission.assignment))

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{bench.assignment.module}.py"
        file.write_text(source, encoding="utf-8")

        def by_fresh_pytest() -> None:
            command = [sys.executable, "-m", "pytest", "-q", f"--student={file}", str(bench.assignment.suites)]
            for _ in range(options.fresh):
                subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

        sides = {"judge": (by_judge, options.submissions), "new judge": (by_new_judge, len(one_a_form))}
        sides["floor"] = at_floor, options.submissions
        sides["pytest"] = (by_fresh_pytest, options.fresh)
        if options.others:
            sides |= others(Work(bench.assignment.module, tasks, bench.assignment.suites, source), options.others)
        for warm_up, _ in sides.values():
            warm_up()
        times: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(ROUNDS):
            for name, (act, count) in sides.items():
                times[name].append(seconds(act) / count)
        judge.close()
        own = own_inputs(Path(folder) / "course")
        for name, root, texts in (
            ("class", ROOT, [source] * options.class_of),
            ("class of all sorts", ROOT, [of_all_sorts(bench, n) for n in range(options.class_of // 3)]),
            ("class without forms", own, [source] * (options.class_of // 3)),
        ):
            times[name] = [by_command(Path(folder) / name, root, bench.assignment, texts)]
    report(options.assignment, {name: statistics.median(values) for name, values in times.items()})


def of_all_sorts(bench: Bench, number: int) -> str:
    """What one student of many hands in: each function in one of the ways in which it is known to be written."""
    return Desk(bench.assignment, bench.solutions, random.Random(number)).text(wrong=1 / 7, empty=0.0)


def own_inputs(root: Path) -> Path:
    """The course, where each student has inputs of their own."""
    for name in ("solutions", "tests/graded"):
        shutil.copytree(ROOT / name, root / name)
    config = (ROOT / CONFIG_FILE).read_text(encoding="utf-8")
    assert "\nforms: 8\n" in config
    (root / CONFIG_FILE).write_text(config.replace("\nforms: 8\n", "\nforms: null\n"), encoding="utf-8")
    return root


def by_command(folder: Path, course: Path, assignment: Assignment, texts: list[str]) -> float:
    """Seconds a submission that ``autograder grade`` takes for a class of students with these."""
    for number, text in enumerate(texts):
        theirs = folder / "class" / f"student{number}" / assignment.name
        theirs.mkdir(parents=True)
        (theirs / f"{assignment.module}.py").write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "autograder",
        "grade",
        str(folder / "class"),
        f"--out={folder / 'graded'}",
        f"--course={course}",
        "--quiet",
    ]
    took = seconds(lambda: subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL))
    graded = read_all(folder / "graded")
    assert len(graded) == len(texts), f"{len(graded)} of {len(texts)} were graded"
    assert len(set(texts)) > 1 or all(grade.score >= grade.max_score for grade in graded), "a right answer lost points"
    return took / len(texts)


def others(work: Work, folder: Path) -> dict[str, tuple[Callable[[], None], int]]:
    """What grades by each of the other graders, and how many submissions at a time."""
    found: dict[str, tuple[Callable[[], None], int]] = {}
    for side in SIDES:
        env = course_env(side.name, folder / "envs")
        place = Place((folder / "runs" / side.name).absolute())
        side.prepare(place, env, work)

        def act(side: CourseSide = side, place: Place = place, env: Path = env) -> None:
            grade(side, place, env, work)
            points = side.points(place, env, work)
            assert points == [len(work.tasks)] * side.at_once, f"{side.name} gave {points}"

        found[side.name] = (act, side.at_once)
    return found


def report(assignment: str, medians: dict[str, float]) -> None:
    """Print the table and write it beside this file."""
    ratios = {f"times the floor, {name}": medians[name] / medians["floor"] for name in ("judge", "new judge")}
    ours = {name for name in medians if "judge" in name or "class" in name}
    for name in sorted(set(medians) - ours - {"floor"}):
        than = "a fresh pytest" if name == "pytest" else name
        ratios[f"times faster than {than}, one judge"] = medians[name] / medians["judge"]
        ratios[f"times faster than {than}, a class"] = medians[name] / medians["class"]
    print(f"{assignment}, seconds a submission (median of {ROUNDS} rounds)")
    for name, value in medians.items():
        print(f"  {name:18}{value:9.3f}")
    for name, value in ratios.items():
        print(f"  {value:8.1f} {name}")
    path = Path(__file__).with_suffix(".json")
    rows = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    rows[assignment] = {"seconds": medians, "ratios": ratios}
    path.write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
