"""ZIP files that are the same bytes for the same content: no clock, no name of the machine."""

import zipfile
from io import BytesIO

_NO_TIME = (1980, 1, 1, 0, 0, 0)


def zipped(files, *, stored=()):
    """A ZIP file of ``files``, pairs of name and bytes, in their order; those named in ``stored`` uncompressed."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.create_system = 0
            archive.writestr(entry, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()
