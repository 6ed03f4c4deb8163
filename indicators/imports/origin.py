"""Where figures come from: the name of the file, its size and its SHA-256."""

import hashlib
from dataclasses import asdict, dataclass

from indicators.imports.files import name_of, opened

PASTED = "Pasted rows"
_LONGEST_NAME = 255


@dataclass(frozen=True)
class Origin:
    """``sha256`` is that of the bytes that came; ``size`` is their number."""

    file_name: str
    sha256: str
    size: int

    @property
    def fields(self):
        """For an Import."""
        return asdict(self)


def of_file(file):
    """The Origin of a path or of an open binary file. Raises FileRefused where it cannot be opened."""
    with opened(file) as handle:
        digest = hashlib.file_digest(handle, "sha256")
        size = handle.seek(0, 2)
        handle.seek(0)
    return Origin(name_of(file)[-_LONGEST_NAME:], digest.hexdigest(), size)


def of_text(text):
    """The Origin of pasted text, as UTF-8."""
    data = text.encode()
    return Origin(PASTED, hashlib.sha256(data).hexdigest(), len(data))


def of_several(origins):
    """One Origin for files that are read together; for more than one, the SHA-256 is that of theirs, in order."""
    origins = list(origins)
    if len(origins) == 1:
        return origins[0]
    name = f"{origins[0].file_name} and {len(origins) - 1} more"[-_LONGEST_NAME:]
    digest = hashlib.sha256("\n".join(one.sha256 for one in origins).encode())
    return Origin(name, digest.hexdigest(), sum(one.size for one in origins))
