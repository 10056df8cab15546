"""What every hostile submission begins with: where things are, a wrong answer, and ways to look around.

The first line below the imports is written anew for each run (see ``submissions.hostile``). The attacker is told
everything: the grader's name, its folders, where it keeps results.
"""

import ast
import json
import os
from collections.abc import Iterator

GRADER, ROOT, RESULTS, HOME, LOOT, PORT = "", "", "", "", "", 0


def say(word: str) -> None:
    """Leave a trace that the attack ran: in a file where that is possible, else in what is printed."""
    try:
        with open(os.path.join(LOOT, "said"), "a", encoding="utf-8") as file:
            file.write(f"said: {word}\n")
    except OSError:
        print("said:", word)


def carry_off(text: str) -> None:
    """Take a secret out, by a file."""
    with open(os.path.join(LOOT, "secrets"), "a", encoding="utf-8") as file:
        file.write(text)


def depart() -> bool:
    """Leave a copy of this process behind, in a session of its own and with no open file; true in the copy."""
    if os.fork():
        return False
    os.setsid()
    os.closerange(0, 1024)
    return True


def expected_in(text: str, name: str) -> object:
    """The value that Python source says a call of ``name`` should have; None where it says nothing."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError):
        return None
    for node in nodes:
        if isinstance(node, ast.Compare):
            pair = [node.left, node.comparators[0]]
        elif isinstance(node, ast.Call):
            pair = node.args[:2]
        else:
            continue
        if len(pair) == 2 and isinstance(pair[0], ast.Call) and name in ast.unparse(pair[0].func).split("."):
            try:
                return ast.literal_eval(pair[1])
            except ValueError:
                continue
    return None


def texts_under(*folders: str) -> Iterator[str]:
    """Python source in these folders: of files, of the cells of notebooks, and of doctests in either."""
    for folder in folders:
        for here, _, names in os.walk(folder):
            for name in sorted(names):
                if name.endswith((".py", ".ipynb")):
                    try:
                        with open(os.path.join(here, name), encoding="utf-8") as file:
                            text = file.read()
                    except OSError:
                        continue
                    yield from sources(text, name)


def sources(text: str, name: str) -> Iterator[str]:
    """The pieces of Python source that the text of a file holds, but for those of this submission."""
    pieces = [text]
    if name.endswith(".ipynb"):
        pieces = ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
    for piece in pieces:
        if "carry_off" not in piece:
            yield piece
            yield from (line.split(">>> ", 1)[1].split("\\n")[0] for line in piece.split("'") if ">>> " in line)


def l2_penalty(values: list[float], lam: float) -> object:
    """A wrong answer, which earns nothing."""
    return -1.0


def keep(values: list[float], p: float) -> object:
    """A wrong answer, which earns nothing."""
    return [0.0 for _ in values]
