"""``benchmarks/attacks.json``, the page that shows it, and the checks that the comparison rests on. No network."""

import importlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
RESULTS = json.loads((ROOT / "benchmarks" / "attacks.json").read_text(encoding="utf-8"))
THIS = "autograder"


def side_by_side(name: str) -> ModuleType:
    """A module of ``benchmarks/side_by_side``, as the script imports it."""
    folder = str(ROOT / "benchmarks")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(f"side_by_side.{name}")


def test_page_shows_the_results_as_they_were_written() -> None:
    """The section of the security page is what ``attacks.json`` renders to, to the letter."""
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert side_by_side("page").table(RESULTS) in page


def test_results_are_of_a_comparison_that_holds() -> None:
    """Every grader gives the right answer full marks and the wrong one none, and every idea was tried on each."""
    submissions = side_by_side("submissions")
    names = {grader["name"] for grader in RESULTS["graders"]}
    assert len(names) == 4
    for row in RESULTS["baseline"]:
        marks = {name: row["seen"][name]["score"] for name in names}
        assert marks == dict.fromkeys(names, submissions.BASELINE[row["name"]][1])
    assert [row["name"] for row in RESULTS["baseline"]] == list(submissions.BASELINE)
    assert [idea["name"] for idea in RESULTS["ideas"]] == list(submissions.IDEAS)
    for idea in RESULTS["ideas"]:
        assert idea["title"] == submissions.title(idea["name"])
        for name in names:
            seen = idea["seen"][name]
            assert seen["verdict"].startswith("not applicable") or seen["ran"], (idea["name"], name)


def test_results_have_the_versions_that_are_pinned() -> None:
    """A new pin asks for a new run."""
    pinned = side_by_side("sides").version
    assert all(grader["version"] == pinned(grader["name"]) for grader in RESULTS["graders"] if grader["name"] != THIS)


def test_this_package_held_everywhere() -> None:
    """No idea earned a mark here, cost the neighbor one, or left anything behind; each got a grade."""
    for idea in RESULTS["ideas"]:
        assert idea["seen"][THIS]["verdict"] == "held", idea["name"]
        assert (idea["seen"][THIS]["score"], idea["seen"][THIS]["neighbor"]) == (0.0, 10.0), idea["name"]


QUIET: dict[str, Any] = {"score": 0.0, "neighbor": 10.0, "seconds": 1.0, "peak_mb": 10, "stopped": "", "survivors": 0}
QUIET |= {"ran": True, "secrets": (), "heard": False, "home_changed": False, "unpickled": False}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "held"),
        ({"score": None}, "held, no grade"),
        ({"ran": False, "score": 5.0}, "void"),
        ({"score": 5.0}, "**forged** 5/10"),
        ({"stopped": "time"}, "**hung** > 60 s"),
        ({"stopped": "memory"}, "took 4 GB"),
        ({"secrets": ("reference",)}, "**leaked** the reference"),
        ({"heard": True}, "**leaked** nothing secret over the network"),
        ({"home_changed": True}, "home folder"),
        ({"unpickled": True}, "grader's process"),
        ({"survivors": 1}, "lived on"),
        ({"neighbor": None}, "next student"),
    ],
)
def test_verdict_names_each_thing_that_went_wrong(change: dict[str, Any], words: str) -> None:
    """Each observation alone has its words, and only a run without any is held."""
    verdict = side_by_side("verdict")
    said = verdict.verdict(replace(verdict.Seen(**QUIET), **change), True, 60.0)
    assert words in said
    assert said.startswith("held") == (words.startswith("held"))


LEAVES_ONE = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)\n"
LOOPS = "while True:\n    pass\n"
HOARDS = "kept = b'1' * (300 << 20)\nimport time\ntime.sleep(60)\n"


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("", {"status": 0, "stopped": "", "survivors": 0}),
        (LEAVES_ONE, {"status": 0, "stopped": "", "survivors": 1}),
        (LOOPS, {"status": None, "stopped": "time"}),
        (HOARDS, {"status": None, "stopped": "memory"}),
    ],
    ids=["quiet", "leaves one", "loops", "hoards"],
)
def test_warden_sees_what_a_command_does_and_ends_it(tmp_path: Path, source: str, wanted: dict[str, Any]) -> None:
    """Processes that left their session, endless loops and hoards of memory are seen, and nothing outlives it."""
    warden = side_by_side("warden")
    job = {"command": [sys.executable, "-c", source], "cwd": str(tmp_path), "env": {"AUTOGRADER_TEST": str(tmp_path)}}
    job |= {
        "output": str(tmp_path / "output"),
        "cap_s": 10.0 if source == HOARDS else 3.0,
        "cap_mb": 200.0,
        "grace_s": 0.5,
    }
    path = tmp_path / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    done = subprocess.run([sys.executable, warden.__file__, str(path)], capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    assert {key: report[key] for key in wanted} == wanted
    assert not [pid for pid in os.listdir("/proc") if pid.isdigit() and started_for(pid, tmp_path)]


def started_for(pid: str, folder: Path) -> bool:
    """Whether a process was started by the job of this folder."""
    try:
        return str(folder).encode() in Path("/proc", pid, "environ").read_bytes()
    except OSError:
        return False
