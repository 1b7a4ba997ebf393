"""Which items a file means: by folder and name, by URI, or by key; and by names that tools write otherwise."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from unicodedata import normalize
from urllib.parse import unquote

from workflow_core.connectors.annotations.records import ImportedAnnotation, ItemReference, LeftOut, Problems
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput, NotFound
from workflow_core.store.database.engine import Session
from workflow_core.store.exchange import imports
from workflow_core.store.models import Dataset, Item


@dataclass(frozen=True)
class Naming:
    """How a file names items: `strip` is a folder that its names begin with and items do not, `below` the other way."""

    strip: str | None = None
    below: str | None = None


AS_ITEMS = Naming()


class Items:
    """Finds the items that the annotations of one file are about.

    A path means the item of that folder and name. Where there is none, the one of the same path with the other slash,
    without `.` or a drive, its letters composed otherwise; and then the only one of that name, unless another path of
    the file has been taken for it already. So is an address that no item has read as a path. How one was read is
    noted; what means none or several is left out.
    """

    def __init__(self, dataset: Dataset, naming: Naming, problems: Problems) -> None:
        self._dataset, self._naming, self._problems = dataset, naming, problems
        self._by_name: dict[int, str] = {}

    def match(self, session: Session, batch: Sequence[ImportedAnnotation]) -> Iterator[tuple[ImportedAnnotation, Item]]:
        """Yield each annotation with its item."""
        meant = [one.item for one in batch]
        dataset_id = self._dataset.id
        bases = {_base(_tidy(_written(ref))) for ref in meant}
        names = {normalize(form, base) for base in bases for form in ("NFC", "NFD")} | {ref.name or "" for ref in meant}
        named: dict[str, list[Item]] = {}
        found = imports.by_name(session, dataset_id=dataset_id, names=map(values.sought, names))
        for item in chain.from_iterable(found.values()):
            named.setdefault(normalize("NFC", item.name), []).append(item)
        uris = imports.by_uri(session, dataset_id=dataset_id, uris=[values.sought(r.uri) for r in meant if r.uri])
        keys = imports.by_id(session, dataset_id=dataset_id, ids=[values.key(r.id) for r in meant if r.id])
        for one in batch:
            try:
                if one.item.name is None and one.item.uri in uris:
                    yield one, self._only(uris[one.item.uri], one.item)
                elif one.item.name is not None or one.item.uri is not None:
                    yield one, self._at(one.item, one.where, named)
                else:
                    yield one, self._only(keys.get(one.item.id or 0, []), one.item)
            except NotFound as error:
                self._problems.add(one.where, str(error), cause="no item")
            except InvalidInput as error:
                self._problems.leave_out(one.where, error)

    def _at(self, meant: ItemReference, where: str, named: Mapping[str, list[Item]]) -> Item:
        written, tidy = _written(meant).lstrip("/"), _tidy(_written(meant), self._naming)
        same = named.get(normalize("NFC", meant.name or ""), [])
        anywhere = meant.folder is None and self._naming == AS_ITEMS
        exact = [one for one in same if (one.name == meant.name if anywhere else _path(one) == written)]
        if exact:
            return self._only(exact, meant)
        here = named.get(_base(tidy), [])
        alike = [one for one in here if normalize("NFC", _path(one)) == tidy]
        found = self._only(alike or here, meant)
        first = tidy if alike else self._by_name.setdefault(found.id, tidy)
        if not (f"/{first}".endswith(f"/{tidy}") or f"/{tidy}".endswith(f"/{first}")):
            both = f"{cited(tidy)} and {cited(first)} cannot both be /{_path(found)}; {WAYS}"
            raise LeftOut(both, cause="two for one")
        if tidy != _path(found) or self._naming == AS_ITEMS:
            how = "the same but for how it is written" if alike else "the only one of that name"
            said = f"{cited(meant.said)} is taken for the item /{_path(found)}, {how}"
            self._problems.add(where, said, skipped=False, cause=how)
        return found

    def _only(self, found: Sequence[Item], meant: ItemReference) -> Item:
        if len(found) == 1:
            return found[0]
        if found:
            where = ", ".join(sorted(f"/{_path(item)}" for item in found)[:5])
            raise LeftOut(f"{cited(meant.said)} is several items: {where}; {WAYS}", cause="several items")
        raise NotFound(f"no item {cited(meant.said)} in dataset {self._dataset.name!r}; {BRING}")


BRING = "bring the items in first: annoflow import PIPELINE or annoflow upload"
WAYS = "name the folder, or say --strip or --below"


def _written(meant: ItemReference) -> str:
    """Return the path that a file says, of an address what stands before its query."""
    return unquote((meant.uri or "").partition("?")[0]) if meant.name is None else str(meant.path)


def _path(item: Item) -> str:
    return f"{item.folder.strip('/')}/{item.name}".lstrip("/")


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _tidy(path: str, naming: Naming = AS_ITEMS) -> str:
    parts = [part for part in normalize("NFC", path).replace("\\", "/").split("/") if part not in ("", ".")]
    if parts and re.fullmatch("[A-Za-z]:", parts[0]):
        del parts[0]
    tidy = "/".join(parts)
    if naming.strip:
        tidy = tidy.removeprefix(_tidy(naming.strip) + "/")
    return f"{_tidy(naming.below)}/{tidy}".lstrip("/") if naming.below else tidy
