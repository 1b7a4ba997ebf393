"""What a server says of requests that none of annoflow's rules has looked at: each status has a code, too."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Unserved(NamedTuple):
    """The status of an answer, and when it comes."""

    status: int
    about: str


UNSERVED: Final[Mapping[str, Unserved]] = MappingProxyType(
    {
        "foreign-host": Unserved(400, "The server was called by a name that is not its own; ANNOFLOW_PUBLIC_URL is."),
        "no-such-path": Unserved(404, "There is no such address; /api/openapi.json lists all."),
        "no-such-method": Unserved(405, "The address is there; `Allow` says what may be asked of it."),
        "too-large": Unserved(413, "The body is larger than what its address takes, or more than JSON may be."),
        "not-json": Unserved(415, "The body is said to be something else than JSON."),
        "no-such-range": Unserved(416, "The picture has fewer bytes; `Content-Range` says how many."),
        "malformed": Unserved(
            422, "It is not what the document describes; `faults` says where, and what is wrong there."
        ),
        "unforeseen": Unserved(500, "It failed, and nobody who asks is to blame; the log tells more by `request`."),
    }
)
CODES: Final[Mapping[int, str]] = MappingProxyType({one.status: code for code, one in UNSERVED.items()})
"""The code of each such status."""
