"""The files of a source, as a listing has them and as items remember them."""

from dataclasses import dataclass


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
