"""An archive (zip) of annotations, as it was sent: looked at before anything is unpacked, and that within limits."""

import shutil
import zlib
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from workflow_core.domain.words import values
from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput

MOST_FILES = 100_000
MOST_BYTES = 200_000_000
"""Of all files together, unpacked: each is only read as far as the archive says that it goes."""
ENCRYPTED = 1


def check(content: bytes, *, named: Iterable[str]) -> None:
    """Refuse what cannot be unpacked, or has nothing of a name: a file, or a folder with something in it.

    Raises:
        InvalidInput: it is no archive, is too large, has a name that leads out of it, or lacks one of the names.
    """
    there = {PurePosixPath(one.filename) for one in _entries(content)}
    there |= {folder for one in there for folder in one.parents}
    for name in named:
        if PurePosixPath(name) not in there:
            raise InvalidInput(f"there is no {cited(name)} in the archive")


def unpack(content: bytes, into: Path) -> None:
    """Write the files of an archive that was checked into a folder.

    Raises:
        InvalidInput: it is broken, or a file is not as large as it says.
    """
    with ZipFile(BytesIO(content)) as archive:
        for one in _entries(content):
            file = into / one.filename
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(one) as packed, file.open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
            except (BadZipFile, zlib.error, EOFError, OSError) as error:
                raise InvalidInput(f"{cited(one.filename)} in the archive cannot be read: {error}") from error


def _entries(content: bytes) -> list[ZipInfo]:
    """Return the files of an archive; folders are made for them."""
    try:
        found = [one for one in ZipFile(BytesIO(content)).infolist() if not one.is_dir()]
    except (BadZipFile, ValueError, NotImplementedError) as error:
        raise InvalidInput("that is no zip archive; several files are sent as one") from error
    if len(found) > MOST_FILES or sum(one.file_size for one in found) > MOST_BYTES:
        most = f"{MOST_FILES:,} files of {MOST_BYTES:,} bytes together"
        raise InvalidInput(f"an archive has up to {most}; send it in parts")
    for one in found:
        if not _is_inside(one.filename) or one.flag_bits & ENCRYPTED:
            raise InvalidInput(f"{cited(one.filename)} is no name of a file inside the archive that can be read")
        if one.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise InvalidInput(f"{cited(one.filename)} is packed in a way that is not read; use deflate")
    return found


def _is_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return values.is_line(name) and bool(parts) and parts[0] != "/" and ".." not in parts and "\\" not in name
