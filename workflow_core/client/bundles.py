"""A pipeline's file with those that it names, as a deploy over HTTP takes them."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import yaml

from workflow_core.domain.views.pipelines import Files

INSTRUCTIONS = (".md", ".pdf")
LONGEST = 255


def bundle(folder: Path, name: str, text: bytes) -> Files:
    """Return the text of a pipeline's file with all below its folder that it names.

    What is wrong with them is the server's to say.
    """
    contents = {name: text}
    left = list(_named(text, folder, PurePosixPath()))
    while left:
        one = left.pop()
        if one not in contents:
            contents[one] = (folder / one).read_bytes()
            if not one.endswith(INSTRUCTIONS):
                left += _named(contents[one], folder, PurePosixPath(one).parent)
    texts, encoded = dict[str, str](), dict[str, str]()
    for one, content in contents.items():
        try:
            texts[one] = content.decode()
        except UnicodeDecodeError:
            encoded[one] = b64encode(content).decode()
    return Files(file=name, texts=texts, encoded=encoded)


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
