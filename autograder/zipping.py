"""Files as a zip: the same bytes for the same files, whenever they were written."""

import io
import zipfile
from collections.abc import Collection, Mapping

_TIME = (1980, 1, 1, 0, 0, 0)


def zipped(files: Mapping[str, bytes], programs: Collection[str] = ()) -> bytes:
    """The files, by their names in the zip; ``programs`` are those that may be run."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, _TIME)
            info.external_attr = (0o100755 if name in programs else 0o100644) << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
