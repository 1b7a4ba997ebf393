"""Where files may be: the addresses that annoflow reads from and writes to. No I/O here.

The list is closed on purpose: an address comes from a pipeline file, and `http://` or a chain of file systems
would let its author make the server fetch whatever the server can reach.
"""

import re
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

from workflow_core.domain.words import values
from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput

EXTRAS = {"file": None, "memory": None, "s3": "s3", "gs": "gcs"}
"""Each scheme, and the extra of annoflow that installs its driver."""
HALF = re.compile(rf"({'|'.join(EXTRAS)}):(?!//)", re.IGNORECASE)
"""A scheme without its slashes: `file:a` is meant as an address, and would be taken for a name."""
LONGEST = 1_024
"""Characters of an address, as S3 has them."""


def scheme(uri: str) -> str:
    """Return the scheme of a place; a plain path is a `file`.

    >>> scheme("s3://bucket/dashcam"), scheme("exports/dashcam")
    ('s3', 'file')
    >>> scheme("http://example.org/photos")
    Traceback (most recent call last):
    workflow_core.errors.InvalidInput: 'http://example.org/photos' is no place to keep files; \
possible: a path, file://, memory://, s3://, gs://
    """
    sound = isinstance(uri, str) and 0 < len(uri) <= LONGEST and values.is_line(uri)
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):(//|:)", uri) if sound else None
    name = found[1].lower() if found else "file"
    if not sound or name not in EXTRAS or "::" in uri or HALF.match(uri):
        possible = ", ".join(f"{each}://" for each in EXTRAS)
        raise InvalidInput(
            f"{cited(shown(uri) if sound else uri)} is no place to keep files; possible: a path, {possible}"
        )
    return name


def local_path(uri: str) -> str:
    """Return the path of a place on this machine, as it is written: fsspec does not decode `%20` either.

    >>> local_path("file:///photos/a 1.jpg"), local_path("exports")
    ('/photos/a 1.jpg', 'exports')
    """
    return uri[len("file://") :] if uri.lower().startswith("file://") else uri


def shown(uri: str) -> str:
    """Return the address as it may be shown: without a password or a signature.

    >>> shown("s3://key:secret@bucket/a?X-Amz-Signature=1")
    's3://bucket/a'
    """
    if "://" not in uri:
        return uri
    start, _, rest = uri.partition("://")
    host, slash, path = rest.partition("/")
    address = f"{start}://{host.rpartition('@')[2]}{slash}{path}"
    return address if start.lower() == "file" else address.partition("?")[0]


def is_here(url: str) -> bool:
    """Say whether a server is on this machine: a proxy of the user's is for what is far away, and never asked for it.

    >>> is_here("http://127.0.0.1:8484"), is_here("http://[::1]/api"), is_here("http://localhost"), is_here("http://a.b")
    (True, True, True, False)
    """
    with suppress(ValueError):
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    return False


def missing_driver(uri: str) -> str:
    """Say what to install to reach a place.

    >>> missing_driver("gs://bucket/a")
    "'gs://bucket/a' needs a driver: pip install 'annoflow[gcs]'"
    """
    extra = EXTRAS[scheme(uri)]
    needed = f": pip install 'annoflow[{extra}]'" if extra else " that is not installed"
    return f"{shown(uri)!r} needs a driver{needed}"
