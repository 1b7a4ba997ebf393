"""Folders as a tree: each with all that lies below it."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Branch:
    """A folder; `items` counts those below it, too."""

    path: str
    name: str
    items: int = 0
    below: dict[str, "Branch"] = field(default_factory=dict)


def tree(folders: Iterable[tuple[str, int]]) -> Branch:
    """Return the root of folders, which are sorted, each with how many items it has itself.

    >>> root = tree([("/", 1), ("/a/b", 2)])
    >>> root.items, root.below["a"].items, root.below["a"].below["b"].path
    (3, 2, '/a/b')
    """
    root = Branch("/", "All")
    for folder, items in folders:
        here = root
        here.items += items
        for part in filter(None, folder.split("/")):
            path = f"{here.path.rstrip('/')}/{part}"
            here = here.below.setdefault(part, Branch(path, part))
            here.items += items
    return root
