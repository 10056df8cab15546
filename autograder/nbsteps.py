"""Our steps of ``nbgrader generate_assignment`` and ``nbgrader autograde``, in place of those that would run a kernel.

A kernel runs what a student wrote, so whatever is said in it the student may say: a cell that replaces ``points``
gets full marks. So nothing is executed. ``Restore`` makes of what was handed in a notebook with our cells for tests and
questions; ``Judged`` has the judge grade the submitted file, in a process of its own, and writes points and feedback
where the outputs of the tests would be; ``SavePoints`` puts them into the gradebook.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import v4
from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    IncludeHeaderFooter,
    LockCells,
    NbGraderPreprocessor,
    SaveAutoGrades,
    SaveCells,
)
from traitlets import Unicode

from autograder.contract import from_json
from autograder.course import load_course
from autograder.gradebook import POINTS
from autograder.handout import KERNEL, contents
from autograder.nbcell import judged
from autograder.nbrestore import Issued, read_cells, restored
from autograder.reports.feedback import of_task
from autograder.reports.texts import load_texts
from autograder.results import points_lost
from autograder.source import read_source

NO_KERNEL = "graded-by-autograder-without-a-kernel"
_new: Any = v4  # nbformat's functions are untyped


def configure(config: Any, course: str, grades: str = "graded") -> None:
    """Set nbgrader's configuration up for a course, the folder with ``grading_config.yaml``. The judge's grades are
    kept in the folder ``grades``, relative to that of nbgrader's course: ``autograder show``, ``report`` and
    ``gradebook sync`` work on it."""
    for section in (config.CourseStep, config.LatePolicy):
        section.course = course
    config.Judged.grades = grades
    config.GenerateAssignment.preprocessors = [
        IncludeHeaderFooter, LockCells, Stubs, ClearOutput, CheckCellMetadata, ComputeChecksums, SaveReleased,
        ClearHiddenTests, ClearMarkScheme, ComputeChecksums, CheckCellMetadata,
    ]  # fmt: skip
    config.Autograde.exporter_class = LenientExporter
    config.Autograde.sanitize_preprocessors = [Restore, Judged]
    config.Autograde.autograde_preprocessors = [SavePoints, AssignLatePenalties, CheckCellMetadata]
    config.AssignLatePenalties.plugin_class = LatePolicy
    config.Execute.timeout = 600  # of `nbgrader validate`: the judge warms up in the first cell that asks for points


class CourseStep(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader ships no types
    """A step that knows the course."""

    course = Unicode(help="The folder with grading_config.yaml.").tag(config=True)


class Stubs(CourseStep):
    """In place of ``ClearSolutions``: answers become the course's own stubs, and private helpers go."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Replace code by its stub, by the ids of the cells."""
        assignment = load_course(Path(self.course)).assignment(resources["nbgrader"]["assignment"])
        stubs = {part.grade_id: part.text for part in contents(read_source(assignment), assignment) if part.grade_id}
        kept = []
        for cell in nb.cells:
            about = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and about and not about["grade"]:
                if about["grade_id"] not in stubs:
                    continue
                cell.source = stubs[about["grade_id"]].strip("\n")
            kept.append(cell)
        nb.cells = kept
        return nb, resources


class SaveReleased(CourseStep, SaveCells):  # type: ignore[misc]
    """Saves the cells, the due date where the gradebook has none, and a kernel that does not exist.

    ``nbgrader autograde`` gives that kernel to every submission: where our configuration was not read, nbgrader's own
    steps stop there instead of running a student's code."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Save the notebook; what is released keeps its kernel."""
        own, where = nb.metadata.get("kernelspec"), resources["nbgrader"]
        nb.metadata["kernelspec"] = {"name": NO_KERNEL, "display_name": NO_KERNEL, "language": "python"}
        nb, resources = super().preprocess(nb, resources)
        nb.metadata["kernelspec"] = own
        due = load_course(Path(self.course)).assignment(where["assignment"]).due
        with Gradebook(where["db_url"]) as gradebook:
            if due is not None and gradebook.find_assignment(where["assignment"]).duedate is None:
                gradebook.update_or_create_assignment(where["assignment"], duedate=due.astimezone(UTC).isoformat())
        return nb, resources


class LenientExporter(NotebookExporter):
    """Reads what students hand in, whatever state it is in, where ``Restore`` is to make a notebook of it."""

    def from_filename(self, filename: str, resources: Any = None, **kwargs: Any) -> Any:
        """As nbconvert's, for notebooks of any version, and for files that are none."""
        read: Any = super().from_filename
        if not any(isinstance(step, Restore) for step in self._preprocessors):
            return read(filename, resources, **kwargs)
        resources = {**(resources or {}), "metadata": {"path": str(Path(filename).parent), "name": Path(filename).stem}}
        cells = read_cells(Path(filename).read_bytes())
        export: Any = self.from_notebook_node  # nbconvert's functions are untyped
        return export(_new.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), resources, **kwargs)


class Restore(NbGraderPreprocessor):  # type: ignore[misc]
    """A student's cells, with our tests and questions among them, each once and as they were released."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """What was handed in, less all metadata, in the frame of the cells that the gradebook has."""
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            book = gradebook.find_notebook(where["notebook"], where["assignment"])
            points = {cell.name: (cell.max_score, "tests") for cell in book.grade_cells}
            points |= {cell.name: (cell.max_score, "question") for cell in book.task_cells}
            issued = [
                Issued(cell.name, cell.cell_type, cell.source, cell.checksum, cell.locked, *points.get(cell.name, ()))
                for cell in book.source_cells
            ]
        nb.cells = restored(nb.cells, issued)
        return nb, resources


class Judged(CourseStep):
    """Grades what lies in ``submitted/`` and writes points and feedback where the outputs of the tests would be."""

    grades = Unicode("graded", help="The folder that the judge's grades are kept in.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Raises ``GraderError`` where the submission stays ungraded: nbgrader then leaves its grade as it was."""
        name, folder = resources["nbgrader"]["assignment"], Path(resources["metadata"]["path"]).resolve()
        grade = from_json(judged(folder, name, self.course, Path(self.grades).absolute()))
        texts = load_texts(Path(self.course))
        told = "".join(f"{line}\n" for line in (grade.problem, *grade.notes) if line)
        tasks = {task.name: task for task in grade.tasks}
        for cell in nb.cells:
            about = cell.metadata.get("nbgrader", {})
            if about.get("grade") and (task := tasks.get(about["grade_id"].removeprefix(POINTS))):
                text = f"{told}{of_task(task, grade.problem, texts)}\n"
                result = {"text/plain": repr(float(task.points))}
                cell.outputs = [
                    _new.new_output("stream", name="stdout", text=text),
                    _new.new_output("execute_result", data=result, execution_count=1),
                ]
                cell.execution_count, told = 1, ""
        return nb, resources


class SavePoints(SaveAutoGrades):  # type: ignore[misc]
    """Saves the points that ``Judged`` wrote, and no others. What a human gave stays, and is asked for again only where
    the points below it have changed."""

    def _add_score(self, cell: Any, resources: Any) -> None:
        where = (cell.metadata["nbgrader"]["grade_id"], self.notebook_id, self.assignment_id, self.student_id)
        grade = self.gradebook.find_grade(*where)
        points = float(cell.outputs[-1]["data"]["text/plain"])
        if grade.manual_score is None:
            grade.needs_manual_grade = False
        elif grade.auto_score != points:
            grade.needs_manual_grade = True
        grade.auto_score = points
        self.gradebook.db.commit()


class LatePolicy(LateSubmissionPlugin):  # type: ignore[misc]
    """The course's late policy for nbgrader, which knows the due date and any extension."""

    course = Unicode(help="The folder with grading_config.yaml.").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """The points that a submission loses; None without a late policy. Rounded as in ``autograder grade``."""
        course = load_course(Path(self.course))
        late, assignment = course.config.late, course.assignment(self.parent.assignment_id)
        if late is None:
            return None
        due = datetime(2000, 1, 1, tzinfo=UTC)
        penalty = late.penalty(due, due + timedelta(seconds=total_seconds_late))
        return points_lost(penalty, score, late.floor(assignment.max_score))
