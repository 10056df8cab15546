"""Notebooks as students leave them, made from a released one with right answers in it.

Each has a name, its bytes, and what it must get: the points of each task, and a word that the notes must hold.
"""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

FULL = {"scale": 7.0, "Scaler": 2.5, "twice": 3.0}
NOTHING = dict.fromkeys(FULL, 0.0)
Book = dict[str, Any]


@dataclass(frozen=True)
class Mangled:
    """One notebook, and what it must get."""

    name: str
    data: bytes
    points: dict[str, float]
    note: str = ""


def without(*lost: str) -> dict[str, float]:
    """Full marks but for these tasks."""
    return {**FULL, **dict.fromkeys(lost, 0.0)}


def at(book: Book, name: str) -> int:
    """Where the cell of a task is."""
    return next(
        number
        for number, cell in enumerate(book["cells"])
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
    )


def source(cell: Book) -> str:
    """A cell's text."""
    return "".join(cell["source"])


def code(text: str, outputs: list[Any] | None = None, **metadata: Any) -> Book:
    """A code cell of a student's own."""
    return {
        "cell_type": "code", "source": text, "metadata": metadata, "outputs": outputs or [], "execution_count": None,
    }  # fmt: skip


def markdown(text: str) -> Book:
    """A text cell of a student's own."""
    return {"cell_type": "markdown", "source": text, "metadata": {}}


def _copied(book: Book, name: str) -> None:
    book["cells"].insert(at(book, name) + 1, copy.deepcopy(book["cells"][at(book, name)]))


def _copied_stub(book: Book) -> None:
    """A copy of a cell, id and all, that is still a stub, below the answer: the last definition counts."""
    cell = copy.deepcopy(book["cells"][at(book, "scale")])
    cell["source"] = "def scale(x, lam):\n    raise NotImplementedError('4.1 scale is not written yet')"
    book["cells"].append(cell)


def _draft_above(book: Book) -> None:
    book["cells"].insert(at(book, "scale"), code("def scale(x, lam):\n    return x"))


def _split(book: Book) -> None:
    """Helper and function in two cells."""
    number = at(book, "scale")
    first, second = source(book["cells"][number]).split("def scale(", 1)
    book["cells"][number]["source"] = first
    book["cells"].insert(number + 1, code("def scale(" + second))


def _split_inside(book: Book) -> None:
    """Split in the middle of a function: neither half is Python."""
    number = at(book, "twice")
    lines = source(book["cells"][number]).split("\n")
    book["cells"][number]["source"] = "\n".join(lines[:1])
    book["cells"].insert(number + 1, code("\n".join(lines[1:])))


def _merged(book: Book) -> None:
    """All code in one cell."""
    whole = "\n\n".join(source(cell) for cell in book["cells"] if cell["cell_type"] == "code")
    book["cells"] = [code(whole)]


def _merged_with_text(book: Book) -> None:
    number = at(book, "scale")
    book["cells"][number]["source"] = "## 4.1 Scale\nMultiply.\n" + source(book["cells"][number])


def _retyped(book: Book, name: str, kind: str) -> None:
    cell = book["cells"][at(book, name)]
    cell["cell_type"] = kind
    del cell["outputs"], cell["execution_count"]


def _without_metadata(book: Book) -> None:
    for cell in book["cells"]:
        cell["metadata"] = {}
    book["metadata"] = {}


def _foreign_metadata(book: Book) -> None:
    for cell in book["cells"]:
        cell["metadata"] = {"nbgrader": {"grade": True, "points": 1000, "grade_id": "points-scale", "solution": "yes"}}


def _all_one_id(book: Book) -> None:
    for cell in book["cells"]:
        cell["metadata"]["nbgrader"] = {"grade_id": "scale", "schema_version": 3, "solution": True}


def _metadata_of_no_type(book: Book) -> None:
    values = (None, 7, "x", [], {"nbgrader": []}, {"nbgrader": {"grade_id": 5}})
    for number, cell in enumerate(book["cells"]):
        cell["metadata"] = values[number % len(values)]


def _heavy(book: Book) -> None:
    """50 MB of outputs."""
    shown = {"output_type": "stream", "name": "stdout", "text": "loss 0.1\n" * (50 << 20 >> 3)}
    book["cells"].append(code("print('loss 0.1\\n' * 5_000_000)", [shown]))


def _stderr(book: Book) -> None:
    shown = {"output_type": "stream", "name": "stderr", "text": ["a warning of torch's\n"]}
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [shown]


def _widgets(book: Book) -> None:
    book["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"x": {}}, "broken": 1}}
    shown = {"output_type": "display_data", "data": {"application/vnd.jupyter.widget-view+json": {}}, "metadata": {}}
    book["cells"].append(code("from tqdm.notebook import tqdm\nfor _ in tqdm(range(9)): pass", [shown]))


def _lines(book: Book) -> None:
    """Sources as lists of lines, as Jupyter writes them."""
    for cell in book["cells"]:
        cell["source"] = source(cell).splitlines(keepends=True)


def _windows(book: Book) -> None:
    for cell in book["cells"]:
        cell["source"] = source(cell).replace("\n", "\r\n")


def _colab(book: Book) -> None:
    """As Google Colab exports: its own metadata, ids there, a form and a mount."""
    book["metadata"] = {"colab": {"provenance": [], "gpuType": "T4"}, "accelerator": "GPU"}
    for number, cell in enumerate(book["cells"]):
        cell["metadata"] = {"id": f"aB{number}", "colab": {"base_uri": "https://localhost:8080/"}}
    mount = "from google.colab import drive\ndrive.mount('/content/drive')\n!ls '/content/drive'"
    book["cells"].insert(0, code(mount, cellView="form"))


def _vs_code(book: Book) -> None:
    """As VS Code saves: language ids, no kernel specification, an interpreter with a hash."""
    book["metadata"] = {"language_info": {"name": "python", "version": "3.12.1"}, "vscode": {"interpreter": {}}}
    for cell in book["cells"]:
        cell["metadata"] = {**cell["metadata"], "vscode": {"languageId": "python"}}


def _lab(book: Book) -> None:
    """As JupyterLab saves: tags, collapsed cells, slides, ids."""
    for number, cell in enumerate(book["cells"]):
        cell["id"] = f"cell-{number}"
        cell["metadata"] |= {"tags": ["x"], "jupyter": {"source_hidden": True}, "slideshow": {"slide_type": "slide"}}


def _old(book: Book) -> None:
    """Version 3 of the format: worksheets, ``input``, heading cells."""
    cells = []
    for cell in book["cells"]:
        row = {**cell, "metadata": {}}
        if cell["cell_type"] == "code":
            row = {"cell_type": "code", "input": source(cell), "language": "python", "outputs": [], "metadata": {}}
        cells.append(row)
    cells.append({"cell_type": "heading", "level": 1, "source": "The end", "metadata": {}})
    version = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}}
    book.clear()
    book.update(version | {"worksheets": [{"cells": cells, "metadata": {}}]})


def _without_text(book: Book) -> None:
    book["cells"] = [cell for cell in book["cells"] if cell["cell_type"] == "code"]


def _reversed(book: Book) -> None:
    book["cells"].reverse()


def _renamed(book: Book) -> None:
    cell = book["cells"][at(book, "twice")]
    cell["source"] = source(cell).replace("def twice", "def two_times")


def _alias(book: Book) -> None:
    _renamed(book)
    book["cells"].append(code("twice = two_times"))


def _inserted(*cells: Book, first: bool = False) -> Callable[[Book], None]:
    """Adds cells, at the end or at the beginning."""

    def change(book: Book) -> None:
        book["cells"][0:0] = cells if first else []
        book["cells"] += [] if first else cells

    return change


def _deleted(*names: str) -> Callable[[Book], None]:
    """Removes cells."""

    def change(book: Book) -> None:
        for name in names:
            del book["cells"][at(book, name)]

    return change


CHANGES: list[tuple[str, Callable[[Book], None], dict[str, float], str]] = [
    ("as it is", lambda book: None, FULL, ""),
    ("a cell copied", lambda book: _copied(book, "scale"), FULL, ""),
    ("all cells copied", lambda book: book.update(cells=[*book["cells"], *copy.deepcopy(book["cells"])]), FULL, ""),
    ("a copy that is still a stub", _copied_stub, {**NOTHING, "Scaler": 0.0}, ""),
    ("a draft above", _draft_above, FULL, ""),
    ("a cell split", _split, FULL, ""),
    ("split inside a function", _split_inside, without("twice"), "it defines twice"),
    ("all code in one cell", _merged, FULL, ""),
    ("merged with its text", _merged_with_text, NOTHING, "it defines scale"),
    ("an answer deleted", _deleted("twice"), without("twice"), ""),
    ("what others need deleted", _deleted("scale"), NOTHING, ""),
    ("all text deleted", _without_text, FULL, ""),
    ("an answer as markdown", lambda book: _retyped(book, "twice", "markdown"), FULL, "read as code"),
    ("an answer as raw text", lambda book: _retyped(book, "twice", "raw"), FULL, "read as code"),
    ("an answer of no known type", lambda book: _retyped(book, "twice", "sql"), FULL, "strange cell"),
    ("a draft in markdown", _inserted(markdown("def scale(x, lam):\n    return 0")), FULL, ""),
    ("text that speaks of a function", _inserted(markdown("Here is why:\n\ndef scale(x, lam): ...doubles")), FULL, ""),
    ("in reverse order", _reversed, FULL, ""),
    ("metadata lost", _without_metadata, FULL, ""),
    ("metadata of somebody who wants points", _foreign_metadata, FULL, ""),
    ("one id for all", _all_one_id, FULL, ""),
    ("metadata that is none", _metadata_of_no_type, FULL, ""),
    ("line magics", _inserted(code("%matplotlib inline\n%load_ext autoreload\n%autoreload 2"), first=True), FULL, ""),
    ("a cell of another language", _inserted(code("%%bash\nrm -rf ~/scale"), first=True), FULL, "%%bash"),
    ("a timed cell", _inserted(code("%%time\nscale(torch.ones(3), 1.0)")), FULL, ""),
    ("packages installed", _inserted(code("!pip install -q torch==1.0\n%pip install x"), first=True), FULL, ""),
    ("help asked for", _inserted(code("scale?\n?Scaler\ntwice??")), FULL, ""),
    ("plots", _inserted(code("import seaborn as sns\nsns.set()\nplt.savefig('/x.png')\nplt.show()")), FULL, ""),
    ("a training loop without end", _inserted(code("while True:\n    loss = scale(torch.ones(9), 1.0)")), FULL, ""),
    ("a package that is nowhere", _inserted(code("import of_nowhere\nof_nowhere.init()"), first=True), FULL, ""),
    ("a mistake at the end", _inserted(code("undefined_name + 1")), FULL, ""),
    ("no Python at the end", _inserted(code("my notes: ask (the tutor")), FULL, "was left out"),
    ("an exit", _inserted(code("import os\nos._exit(0)")), FULL, ""),
    ("names deleted at the end", _inserted(code("del scale, twice")), FULL, ""),
    ("a test that overwrites", _inserted(code("x = scale(torch.ones(2), 1.0)\nscale_ = x\nprint(x)")), FULL, ""),
    ("a helper in a later cell", _inserted(code("def helper(x):\n    return x")), FULL, ""),
    ("a widget", _widgets, FULL, ""),
    ("50 MB of outputs", _heavy, FULL, ""),
    ("warnings on standard error", _stderr, FULL, ""),
    ("sources as lines", _lines, FULL, ""),
    ("line ends of Windows", _windows, FULL, ""),
    ("from Google Colab", _colab, FULL, ""),
    ("from VS Code", _vs_code, FULL, ""),
    ("from JupyterLab", _lab, FULL, ""),
    ("format 3", _old, FULL, ""),
    ("a function renamed", _renamed, without("twice"), ""),
    ("renamed, with an alias", _alias, FULL, ""),
    ("no cell left", lambda book: book.update(cells=[]), NOTHING, "holds no code"),
    ("no cells at all", lambda book: book.pop("cells"), NOTHING, "it has no cells"),
    ("cells that are no cells", lambda book: book["cells"].extend([None, 3, "x", []]), FULL, ""),
]  # fmt: skip


def mangled(text: str) -> Iterator[Mangled]:
    """All of them, from a notebook with right answers; then those whose bytes are changed."""
    for name, change, points, note in CHANGES:
        book = json.loads(text)
        change(book)
        yield Mangled(name, json.dumps(book).encode(), points, note)
    yield Mangled("a byte order mark", b"\xef\xbb\xbf" + text.encode(), FULL)
    yield Mangled("cut off", text.encode()[: len(text) // 2], NOTHING, "is not a notebook")
    yield Mangled("a conflict of git", text.replace('"cells"', '<<<<<<< HEAD\n"cells"', 1).encode(), NOTHING, "JSON")
    yield Mangled("empty", b"", NOTHING, "is not a notebook")
    yield Mangled("a page saved as a notebook", b"<!doctype html><title>dropout</title>", NOTHING, "is not a notebook")
