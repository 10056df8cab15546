"""Every notebook of the course, with the reference's answers in it, runs top to bottom in a real kernel."""

from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient

from autograder.course import load_course

ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENTS = load_course(ROOT).assignments


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda assignment: assignment.name)
def test_a_notebook_runs_top_to_bottom(assignment, tmp_path, monkeypatch):
    """On one thread, without an error; each figure is drawn."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    notebook = jupytext.read(assignment.source)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    drawn = [
        output for cell in notebook.cells for output in cell.get("outputs", ()) if "image/png" in output.get("data", {})
    ]
    figures = [cell for cell in notebook.cells if "figure" in cell.metadata.get("tags", ())]
    assert len(drawn) >= 3
    assert len(figures) >= len(drawn)
