"""Zip archives, looked over before anything in them is unpacked.

The directory at an archive's end says how many files it holds and how large they become. It is read first, within a
limit, and an archive that is too large, or not plainly built, is refused there. What is then unpacked is held to what
the directory said, block by block, so that a directory which lies is found at the first byte too many.
"""

import contextlib
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

MEGABYTE = 1_000_000
BLOCK = 64 * 1024
_LARGEST_DIRECTORY = 2 * MEGABYTE
_END = struct.Struct("<4s4H2LH")
_ZIP64_LOCATOR = 20
_PACKED = (".zip", ".gz", ".7z", ".rar", ".bz2", ".xz", ".zst", ".tar", ".tgz")
_MARKUP = (".xml", ".rels", ".vml")
_ENTITIES = re.compile(rb"<!\s*(doctype|entity)", re.IGNORECASE)
_OVERLAP = 64


class FileRefused(Exception):
    """The file cannot be taken as a whole. ``row`` is the line where that showed, if it did at a line."""

    def __init__(self, reason, row=None):
        super().__init__(reason)
        self.reason, self.row = reason, row


@dataclass(frozen=True)
class Limits:
    """``unpacked`` in bytes, all files of the archive together; ``ratio`` of that to the archive's own size."""

    entries: int
    unpacked: int
    ratio: int


WORKBOOK = Limits(entries=200, unpacked=50 * MEGABYTE, ratio=200)
MONTHS_OF_CSV = Limits(entries=5_000, unpacked=6_000 * MEGABYTE, ratio=50)


@contextlib.contextmanager
def opened(file, limits):
    """The zip archive in the binary ``file``, once its directory has been found harmless. Raises FileRefused."""
    size = _check_end(file, limits)
    try:
        with zipfile.ZipFile(file) as archive:
            _check_entries(archive.infolist(), size, limits)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error) as error:
        raise FileRefused(f"The archive is damaged ({error}). Fetch or save it again.") from None


def check_markup(file, archive):
    """Unpack each file of a workbook in blocks, keeping none, to see that it is as long as it says and plain XML."""
    for info in archive.infolist():
        tail = b""
        is_markup = info.filename.lower().endswith(_MARKUP)
        for block in _unpacked(file, info):
            if is_markup and b"\0" in block:
                raise FileRefused(f'"{info.filename}" in the workbook is not in UTF-8. Save the workbook again.')
            if _ENTITIES.search(tail + block):
                raise FileRefused(
                    f'"{info.filename}" in the workbook declares a document type or entities, which no spreadsheet '
                    "program writes. Copy the figures into a new workbook."
                )
            tail = block[-_OVERLAP:]


def _check_end(file, limits):
    """The archive's size, if its end is plainly built: one directory, right before the end, nothing after it."""
    size = file.seek(0, 2)
    if size < _END.size:
        raise FileRefused("The archive is cut short. Fetch or save it again.")
    start = max(0, size - _END.size - _ZIP64_LOCATOR)
    file.seek(start)
    tail = file.read(_END.size + _ZIP64_LOCATOR)
    mark, _, _, _, entries, length, offset, comment = _END.unpack(tail[-_END.size :])
    if mark != b"PK\5\6" or comment:
        raise FileRefused("The archive is cut short, or has something after its end. Fetch or save it again.")
    if entries > limits.entries or length > _LARGEST_DIRECTORY:
        raise FileRefused(f"The archive holds {entries:,} files; {limits.entries:,} is the most that are read.")
    if tail.startswith(b"PK\6\7") or offset + length + _END.size != size:
        raise FileRefused("The archive is not built as a plain zip file. Unpack it and zip the files again.")
    file.seek(0)
    return size


def _check_entries(infos, size, limits):
    unpacked = sum(info.file_size for info in infos)
    if len(infos) > limits.entries:
        raise FileRefused(f"The archive holds {len(infos):,} files; {limits.entries:,} is the most that are read.")
    if unpacked > limits.unpacked:
        raise FileRefused(
            f"Unpacked, the archive would be {unpacked / MEGABYTE:,.0f} MB; "
            f"{limits.unpacked / MEGABYTE:,.0f} MB is the most that is read. Split it."
        )
    if unpacked > MEGABYTE and unpacked > size * limits.ratio:
        raise FileRefused(
            f"Unpacked, the archive would be {unpacked // size:,} times its size, as no file of figures is. "
            "It was not unpacked."
        )
    if len({info.filename for info in infos}) < len(infos):
        raise FileRefused("The archive holds two files of the same name. Zip the files again.")
    for info in infos:
        _check_entry(info)


def _check_entry(info):
    name = info.filename
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0] or "\0" in info.orig_filename:
        raise FileRefused(f'"{name}" in the archive points outside it. The archive was not unpacked.')
    if name.lower().endswith(_PACKED):
        raise FileRefused(f'"{name}" in the archive is an archive itself. Unpack it first.')
    if info.flag_bits & 1:
        raise FileRefused(f'"{name}" in the archive is protected with a password. Save it without one.')
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FileRefused(f'"{name}" in the archive is packed in a way that is not read. Zip the files again.')


def _unpacked(file, info):
    """The blocks of one file. Raises FileRefused as soon as there is more, or less, than the directory says."""
    lies = FileRefused(f'"{info.filename}" in the archive is not as long as the archive says. Save it again.')
    done = 0
    for block in _blocks(file, info):
        done += len(block)
        if done > info.file_size:
            raise lies
        yield block
    if done != info.file_size:
        raise lies


def _blocks(file, info):
    file.seek(info.header_offset)
    header = file.read(30)
    file.seek(sum(struct.unpack("<HH", header[26:30])), 1)
    left = info.compress_size
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    is_stored = info.compress_type == zipfile.ZIP_STORED
    while left and not unpack.eof:
        data = file.read(min(BLOCK, left))
        if not data:
            return
        left -= len(data)
        while data and not unpack.eof:
            yield data if is_stored else unpack.decompress(data, BLOCK)
            data = b"" if is_stored else unpack.unconsumed_tail
    while not is_stored and not unpack.eof and (rest := unpack.decompress(b"", BLOCK)):
        yield rest
