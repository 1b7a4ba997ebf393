"""A folder of pictures becomes the items of a dataset: several at once, and of those that are not there yet."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from workflow_core.client.connection import Connection
from workflow_core.domain.items.sources import MEDIA_TYPES
from workflow_core.domain.views.data import Missing, Uploaded
from workflow_core.domain.words import values
from workflow_core.errors import Conflict, InvalidInput

BATCH = 500
"""Files that are asked for at once."""
AT_ONCE = 8
"""Files that are sent at once."""
UNNAMED = "its name is no line of text"
DIFFERS = "another picture is there under its name"


@dataclass(frozen=True)
class Sent:
    """What became of a folder: how many items are new, were there already or have another picture now.

    `refused` are files that are no items, by their path, and why.
    """

    new: int
    present: int
    replaced: int
    refused: Mapping[str, str]


class Uploads(Connection):
    """Pictures of this machine that become items."""

    def upload(
        self,
        dataset_id: int,
        folder: Path,
        *,
        below: str = "",
        replace: bool = False,
        each: Callable[[int], object] = lambda _: None,
    ) -> Sent:
        """Upload all pictures in a folder, and in those in it, to be found `below` a folder of the dataset.

        What was cut off goes on where it was, when it is asked for again. With `replace` pictures that are other ones
        by now take the place of those that are there. `each` is told how many more files are done.

        Raises:
            NotFound, NotAllowed: there is no such dataset, or one may not bring items in.
            Unavailable: the server did not answer, for longer than it is asked again.
        """
        became: Counter[str] = Counter()
        refused: dict[str, str] = {}
        files = {f"{below.strip('/')}/{path.relative_to(folder).as_posix()}".lstrip("/"): path for path in _in(folder)}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for batch in _batches(files):
                named = {path for path in batch if values.is_line(path)}
                sums = dict(zip(named, pool.map(_checksum, map(files.__getitem__, named)), strict=True))
                asked = f"/api/datasets/{dataset_id}/files/missing"
                absent = self._ask(Missing, "POST", asked, json={"files": sums})
                wanted = [*absent.missing, *(absent.differing if replace else ())]
                refused |= dict.fromkeys(set(batch) - named, UNNAMED)
                refused |= {} if replace else dict.fromkeys(absent.differing, DIFFERS)
                became["present"] += len(named) - len(absent.missing) - len(absent.differing)
                each(len(batch) - len(wanted))
                for path, came in zip(
                    wanted,
                    pool.map(lambda path: self._put(dataset_id, path, files[path], replace), wanted),
                    strict=True,
                ):
                    if isinstance(came, Uploaded):
                        became[came.became] += 1
                    else:
                        refused[path] = came
                    each(1)
        return Sent(became["new"], became["present"], became["replaced"], dict(sorted(refused.items())))

    def _put(self, dataset_id: int, path: str, file: Path, replace: bool) -> Uploaded | str:
        """Send one file; return what became of it, or why it was refused."""
        at = f"/api/datasets/{dataset_id}/files/{quote(path)}"
        try:
            return self._ask(Uploaded, "PUT", at, params={"replace": replace}, content=file)
        except (InvalidInput, Conflict) as error:
            return str(error)


def _in(folder: Path) -> list[Path]:
    return sorted(each for each in folder.rglob("*") if each.suffix.lower() in MEDIA_TYPES and each.is_file())


def _batches(files: Iterable[str]) -> Iterator[list[str]]:
    left = iter(files)
    while batch := list(islice(left, BATCH)):
        yield batch


def _checksum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
