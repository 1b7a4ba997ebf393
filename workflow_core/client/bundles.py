"""A pipeline's file with those that it names, as a deploy over HTTP takes them."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

INSTRUCTIONS = (".md", ".pdf")
LONGEST = 255


def bundle(file: Path) -> dict[str, Any]:
    """Return a file and all below its folder that it names; what is wrong with them is the server's to say."""
    contents: dict[str, bytes] = {}
    left = [file.name]
    while left:
        name = left.pop()
        if name in contents:
            continue
        contents[name] = (file.parent / name).read_bytes()
        if not name.endswith(INSTRUCTIONS):
            left += _named(contents[name], file.parent, PurePosixPath(name).parent)
    sent: dict[str, Any] = {"file": file.name, "texts": {}, "encoded": {}}
    for name, content in contents.items():
        try:
            sent["texts"][name] = content.decode()
        except UnicodeDecodeError:
            sent["encoded"][name] = b64encode(content).decode()
    return sent


def _named(content: bytes, folder: Path, beside: PurePosixPath) -> Iterator[str]:
    """Return what may be names of files in YAML, and are some; events of it are no more than it has words."""
    try:
        for one in yaml.parse(content, Loader=yaml.CSafeLoader):
            if isinstance(one, yaml.ScalarEvent) and len(one.value) <= LONGEST:
                name = beside / one.value
                if ".." not in name.parts and not name.is_absolute() and (folder / name).is_file():
                    yield str(name)
    except yaml.YAMLError:
        return
