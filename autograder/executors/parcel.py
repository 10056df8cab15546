"""A folder of files that travels to every worker of a Dask cluster, those that join later too.

The one module that imports ``distributed`` at import; nobody imports it before a cluster is used."""

import io
import tempfile
import zipfile
from pathlib import Path

from distributed.diagnostics.plugin import WorkerPlugin
from distributed.worker import Worker


class Parcel(WorkerPlugin):  # type: ignore[misc]  # mypy cannot follow Dask's lazy imports
    """A zip, unpacked once by each worker into a folder that only its user can read. The folder lies where the worker
    keeps its own files, and goes with them, however the worker ends."""

    idempotent = True  # a worker that has this one, by its name, does not unpack it again

    def __init__(self, packed: bytes, name: str) -> None:
        self.packed, self.name = packed, name
        self.folder = Path()

    def setup(self, worker: Worker) -> None:
        """Unpack it."""
        self.folder = Path(tempfile.mkdtemp(prefix="parcel-", dir=worker.local_directory))
        with zipfile.ZipFile(io.BytesIO(self.packed)) as archive:
            archive.extractall(self.folder)
