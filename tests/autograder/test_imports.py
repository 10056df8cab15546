"""The shape of the code, read from its syntax trees: who imports whom, how long things are, and what help costs."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "autograder"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__init__.py"
}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}

# Layers from the bottom up: a module imports only from layers below its own, and the siblings that SIBLINGS allows.
LAYERS = (
    {"picture", "errors", "versions", "answers", "evidence", "places", "seeds", "imports"},
    {"results", "files", "zipping", "lateness", "audit", "alike", "mnist1d"},
    {"contract"},
    {"messages"},
    {
        "config",
        "cells",
        "statements",
        "executors.*",
        "soundness",
        "expect",
        "roster",
        "overrides",
        "comparison",
        "nbcell",
    },
    {"course", "store", "notebook", "archive", "reports.*", "sandbox.*"},
    {"submission", "repository", "source", "remote.*", "mutation", "gradebook", "written"},
    {"fingerprint", "scoring", "naming", "reach", "reference", "exam", "leaks", "handout", "scaffold"},
    {"layouts.*", "counting", "given"},
    {"finds", "joining", "verdict"},
    {
        "discovery",
        "plugin",
        "shortcut",
        "release",
        "compose",
        "diagnosis",
        "hints",
        "drawing",
        "publishing",
        "exporting",
        "nbsource",
    },
    {"suite", "nbrestore"},
    {"bench", "nbsteps"},
    {"judge"},
    {"grading", "checking", "demo", "proof", "doctor", "overriding"},
    {"author", "integration", "packing", "gradescope", "on_cluster"},
    {"command"},
    {"cli_cluster"},
    {"cli_ci", "cli_gradescope", "cli_author", "cli_export", "cli_grade", "cli_nbgrader", "cli_student"},
    {"cli_change"},
    {"cli"},
    {"__main__"},
)
SIBLINGS = {"sandbox", "remote", "reports", "layouts", "executors"}
# What these may see of ours is a short list, whatever their layer.
ONLY = {
    "picture": set(), "results": {"picture"}, "contract": {"picture", "results"}, "mnist1d": {"places"},
    "files": {"errors"}, "places": set(), "errors": set(), "answers": set(), "evidence": set(),
    "messages": {"errors", "files"}, "expect": {"evidence", "messages"}, "alike": {"evidence"},
    "store": {"results", "contract", "errors", "files", "overrides"},
    "reports.*": {"picture", "results", "contract", "errors", "config", "soundness", "messages", "roster", "reports.*"},
    "gradebook": {"results", "errors", "config", "store"},
    "executors.*": set(), "executors.cluster": {"executors.parcel"},
    "executors.machine": {"executors.inline", "executors.local"},
    "remote.wire": set(), "remote.printed": set(), "remote.probes": set(),
    "remote.twins": {"remote.wire"},
    "remote.frames": {"remote.wire"},
    "remote.guest": {"remote.wire", "remote.twins", "remote.refuse", "remote.printed", "remote.frames"},
    "sandbox.policy": set(), "sandbox.warm": {"sandbox.seccomp"}, "sandbox.rlimits": {"sandbox.policy"},
    "imports": set(),
}  # fmt: skip
# Run in a guest: nothing but the standard library and these.
IN_GUEST = (
    "remote.wire", "remote.printed", "remote.probes", "remote.refuse", "remote.twins", "remote.frames", "remote.guest",
)  # fmt: skip
FOREIGN = {"torch", "numpy", "msgpack"}
HEAVY = {
    "torch",
    "torchvision",
    "pytest",
    "nbformat",
    "jupytext",
    "nbgrader",
    "matplotlib",
    "xlsxwriter",
    "distributed",
}
# Modules that exist to work with one of these, and are imported by nobody before it is needed.
MAY_IMPORT_HEAVY = {
    "plugin": {"pytest"}, "suite": {"pytest"}, "given": {"pytest"}, "shortcut": {"pytest"}, "verdict": {"pytest"},
    "expect": {"torch"}, "evidence": {"torch"}, "alike": {"torch"},
    "remote.*": {"torch"}, "nbsteps": {"nbgrader", "nbformat"}, "executors.parcel": {"distributed"},
}  # fmt: skip
PRINTS = {
    "cli": "commands print",
    "cli_author": "commands print",
    "cli_change": "commands print",
    "cli_export": "commands print",
    "cli_grade": "commands print",
    "cli_nbgrader": "commands print",
    "cli_student": "commands print",
    "cli_ci": "commands print",
    "cli_gradescope": "commands print",
    "command": "prints the errors of commands",
    "remote.guest": "replaces standard output by what keeps the student's own prints",
}
ENVIRONMENT = {
    "command": "reads the course's secret",
    "cli_ci": "is told by CI servers where to write",
    "places": "finds the user's cache",
    "sandbox.nursery": "passes on what CUDA and the dynamic linker need",
    "sandbox.confine": "empties the guest's",
    "doctor": "looks where programs are found",
    "gradebook": "has nbgrader find alembic",
    "nbcell": "tells a kernel that autogrades from one that validates",
}


def short(name):
    """A module's name within the package; a package's module stands for its kind in the tables."""
    return name.removeprefix("autograder.")


def kinds(name):
    """The keys under which a module is in a table: its name, and its package's."""
    return {short(name), f"{short(name).partition('.')[0]}.*"}


def imports_of(tree):
    """Every module that a tree imports, anywhere in it, with whether that happens at import."""
    inside = {node for top in ast.walk(tree) if isinstance(top, ast.FunctionDef) for node in ast.walk(top)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node not in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found = [name for name in names if name in MODULES]
            yield from ((name, node not in inside) for name in found or [str(node.module)])


def ours(name):
    """The modules of ours that a module imports."""
    return sorted({short(found) for found, _ in imports_of(TREES[name]) if found.startswith("autograder.")})


def layer_of(name):
    """The layer of a module, or None where the table does not have it."""
    return next((place for place, layer in enumerate(LAYERS) if kinds(f"autograder.{name}") & layer), None)


@pytest.mark.parametrize("name", MODULES)
def test_imports_run_one_way(name):
    """Each module is in one layer, and imports from those below, or from its own package."""
    place = layer_of(short(name))
    assert place is not None, f"{name} is in no layer: add it to LAYERS"
    package = short(name).partition(".")[0]
    for found in ours(name):
        sibling = package in SIBLINGS and found.partition(".")[0] == package
        assert sibling or layer_of(found) < place, f"{name} imports {found}, which is not below it"


def test_the_package_itself_imports_nothing():
    """So that importing one module never costs another."""
    for path in PACKAGE.rglob("__init__.py"):
        assert list(imports_of(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("name", [name for name in MODULES if kinds(name) & set(ONLY)])
def test_some_modules_see_only_a_short_list(name):
    """Reports and the store know no judge; executors and what runs in a guest know nothing of ours but their own."""
    allowed = ONLY.get(short(name), ONLY.get(f"{short(name).partition('.')[0]}.*", set()))
    for found in ours(name):
        assert found in allowed or f"{found.partition('.')[0]}.*" in allowed, f"{name} imports {found}"


@pytest.mark.parametrize("name", IN_GUEST)
def test_what_runs_beside_the_student_imports_no_library_of_ours(name):
    """The standard library, torch, numpy and msgpack: nothing secret can come along."""
    for found, _ in imports_of(TREES[f"autograder.{name}"]):
        top = found.partition(".")[0]
        assert top in FOREIGN or top == "autograder" or top in sys.stdlib_module_names, f"{name} imports {found}"


@pytest.mark.parametrize("name", MODULES)
def test_nothing_heavy_is_imported_at_import(name):
    """Seconds are paid where they are needed, in the function that needs them."""
    allowed = set().union(*(MAY_IMPORT_HEAVY.get(key, set()) for key in kinds(name)))
    heavy = {found.partition(".")[0] for found, at_import in imports_of(TREES[name]) if at_import} & HEAVY
    assert heavy <= allowed, f"{name} imports {sorted(heavy - allowed)} at import"


def named(tree, *names):
    """The lines on which one of these is used."""
    for node in ast.walk(tree):
        dotted = ast.unparse(node) if isinstance(node, ast.Attribute | ast.Name) else ""
        if dotted in names:
            yield node.lineno


@pytest.mark.parametrize("name", MODULES)
def test_only_the_command_line_prints_or_reads_the_environment(name):
    """And the few others that do, each for its reason (PRINTS, ENVIRONMENT)."""
    if short(name) not in PRINTS:
        assert list(named(TREES[name], "print", "typer.echo", "sys.stdout", "sys.stderr", "input")) == []
    if short(name) not in ENVIRONMENT:
        assert list(named(TREES[name], "os.environ", "os.getenv", "os.putenv", "environ", "getenv")) == []


@pytest.mark.parametrize("name", MODULES)
def test_modules_and_functions_are_short(name):
    """Modules up to 250 lines, functions up to 40."""
    assert MODULES[name].read_text(encoding="utf-8").count("\n") <= 250
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 40, f"{name}.{node.name}"


@pytest.mark.parametrize("name", MODULES)
def test_what_is_public_has_a_docstring(name):
    """Modules, and their public classes, functions and methods."""
    assert ast.get_docstring(TREES[name]), name
    bodies = [TREES[name].body]
    bodies += [node.body for node in TREES[name].body if isinstance(node, ast.ClassDef) and node.name[0] != "_"]
    for node in (node for body in bodies for node in body):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{name}.{node.name}"


def test_every_test_states_its_promise():
    """A docstring for every test function under tests/, but for what students hand in."""
    without = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if "submitted" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert without == []


HELP = """
import json, sys
from typer.main import get_command
from typer.testing import CliRunner
from autograder.cli import app

def commands(group, path=()):
    yield path
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*path, name))

found = {}
for path in commands(get_command(app)):
    done = CliRunner().invoke(app, [*path, "--help"])
    found[" ".join(path)] = [done.exit_code, done.stdout]
print(json.dumps({"help": found, "modules": sorted(sys.modules)}))
"""


@pytest.fixture(scope="module")
def helped():
    """What every command says of itself, and what a process that asked for all of it has imported."""
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout)


def test_every_command_has_help_with_an_example(helped):
    """The whole command, as it is typed; a group lists its commands instead."""
    groups = {path for path in helped["help"] if any(other.startswith(f"{path} ".lstrip()) for other in helped["help"])}
    assert {"", "author", "gradebook"} <= groups
    for path, (status, text) in helped["help"].items():
        assert status == 0, path
        assert path in groups or re.search(rf"Example:\s+autograder {path}\b", text), path
    assert {"grade", "check", "show", "demo", "release", "author check"} <= set(helped["help"])


def test_help_imports_nothing_heavy(helped):
    """Neither torch nor pytest, nor anything of ours that grades: an answer comes at once."""
    tops = {name.partition(".")[0] for name in helped["modules"]}
    assert tops & (HEAVY | {"numpy", "ruamel"}) == set()
    ours = {name for name in helped["modules"] if name.startswith("autograder.")}
    commands = {"cli", "cli_author", "cli_change", "cli_ci", "cli_cluster", "cli_export", "cli_grade"}
    commands |= {"cli_gradescope", "cli_nbgrader", "cli_student", "command", "errors"}
    assert ours == {f"autograder.{name}" for name in commands}
