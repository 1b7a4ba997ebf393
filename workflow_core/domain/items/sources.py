"""What became of the files of a source since it was last read: the same, moved, another picture, or not there.

An item remembers the file that it was made of. Nothing is attached by guess: where two could be meant, none is.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from workflow_core.domain.words.likeness import alike

Kind = Literal["moved", "renamed", "replaced", "returned", "gone"]
"""What became of a picture; `renamed` is moved to a name that only the program can tell from the one before."""

MEDIA_TYPES = {
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".jfif": "image/jpeg",
    ".jpe": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".mpo": "image/jpeg",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
}
"""The images that annoflow takes, by suffix in lower case. SVG is not among them: it may carry scripts."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as a listing has it, and `checksum` once it was read or where the listing says it (MD5, hexadecimal).

    `size` is in bytes; `stamp` (a time, or an ETag) is another one whenever the content is.
    """

    folder: str
    name: str
    uri: str
    size: int | None = None
    stamp: str | None = None
    checksum: str | None = None

    @property
    def path(self) -> str:
        """Its folder and name."""
        return f"{self.folder.rstrip('/')}/{self.name}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file makes no item, and a `mark` that is another one once it might; a file is opened again then alone."""

    uri: str
    mark: str
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """An item with the file that it was made of, as far as that is known. `gone`: it was not there when last looked."""

    id: int
    file: File
    gone: bool = False
    archived: bool = False


def unchanged(known: Known, file: File) -> bool:
    """Tell whether a file is the one that an item was made of, without opening it."""
    one = known.file
    return (one.uri, one.size, one.stamp) == (file.uri, file.size, file.stamp) and one.stamp is not None


def same_content(one: File, other: File) -> bool:
    """Tell whether two files hold the same, by their checksums; where one is not known, whether they are as large."""
    if one.checksum and other.checksum:
        return one.checksum == other.checksum
    return one.size is not None and one.size == other.size


def became(known: Known, file: File) -> Kind | None:
    """Say what became of an item's picture that is this file now; None where only the time of the file is another."""
    if not same_content(known.file, file):
        return "replaced" if known.file.size is not None else None
    before, after = known.file.path, file.path
    if known.file.uri != file.uri or before != after:
        return "renamed" if before != after and alike(before) == alike(after) else "moved"
    return "returned" if known.gone else None


def moves(gone: Iterable[Known], new: Iterable[File]) -> dict[File, Known]:
    """Return which of the new files are pictures of items whose file is gone.

    By folder and name, where the source is elsewhere now; by name and content, or size where no checksum is known;
    then by content alone, of which one alone is gone and one alone is new.
    """
    left, files = list(gone), list(new)
    found: dict[File, Known] = {}
    for mark, whatever in ((_path, True), (_name_and_checksum, False), (_name_and_size, False), (_checksum, False)):
        for file, known in _alone(left, files, mark):
            if whatever or same_content(known.file, file):
                found[file] = known
        taken = {known.id for known in found.values()}
        left = [each for each in left if each.id not in taken]
        files = [each for each in files if each not in found]
    return found


def _path(file: File) -> Hashable:
    return file.path


def _name_and_checksum(file: File) -> Hashable:
    return (file.name, file.checksum) if file.checksum else None


def _name_and_size(file: File) -> Hashable:
    return (file.name, file.size) if file.size is not None else None


def _checksum(file: File) -> Hashable:
    return file.checksum


def _alone(
    gone: Sequence[Known], new: Sequence[File], mark: Callable[[File], Hashable]
) -> Iterator[tuple[File, Known]]:
    left, came = Counter(mark(each.file) for each in gone), Counter(map(mark, new))
    by_mark = {mark(each): each for each in new}
    for known in gone:
        which = mark(known.file)
        if which is not None and left[which] == came[which] == 1:
            yield by_mark[which], known


def following(known: Known, file: File) -> File:
    """Return the file by which an item is known from now on; a name that does not come from its file stays."""
    before = known.file
    named_after = before.uri.endswith(before.path)
    return file if named_after else replace(file, folder=before.folder, name=before.name)
