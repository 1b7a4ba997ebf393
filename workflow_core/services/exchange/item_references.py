"""Which items a file means: by folder and name, by URI, or by key; and by names that tools write otherwise."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from unicodedata import normalize
from urllib.parse import unquote

from workflow_core.connectors.annotations.records import ImportedAnnotation, ItemReference, LeftOut, Problems
from workflow_core.domain.items.sources import MEDIA_TYPES
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
SOUGHT = 200
"""For how many names items are sought at once that other tools call so: each of them may be called fifty ways."""


class Items:
    """Finds the items that the annotations of one file are about.

    A path means the item of that folder and name. Where there is none, the one of the same path with the other slash,
    without `.` or a drive, its letters composed otherwise; and then the only one of that name, unless another path of
    the file has been taken for it already. Where none has that name, one is sought as other tools call the same file,
    see `_also`. So is an address that no item has read as a path. How one was read is noted; what means none or several
    is left out.
    """

    def __init__(self, dataset: Dataset, naming: Naming, problems: Problems) -> None:
        self._dataset, self._naming, self._problems = dataset, naming, problems
        self._by_name: dict[int, str] = {}

    def match(self, session: Session, batch: Sequence[ImportedAnnotation]) -> Iterator[tuple[ImportedAnnotation, Item]]:
        """Yield each annotation with its item."""
        meant = [one.item for one in batch]
        dataset_id = self._dataset.id
        bases = {_base(_tidy(_written(ref))) for ref in meant}
        named = self._named(session, bases | {ref.name or "" for ref in meant})
        unknown = sorted(bases - named.keys())
        for start in range(0, len(unknown), SOUGHT):
            named |= self._named(session, {name for base in unknown[start : start + SOUGHT] for name in _also(base)})
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

    def _named(self, session: Session, names: set[str]) -> dict[str, list[Item]]:
        """Return the items of some names, however their letters are composed."""
        forms = {normalize(form, name) for form in ("NFC", "NFD") for name in names} | names
        named: dict[str, list[Item]] = {}
        found = imports.by_name(session, dataset_id=self._dataset.id, names=map(values.sought, forms))
        for item in chain.from_iterable(found.values()):
            named.setdefault(normalize("NFC", item.name), []).append(item)
        return named

    def _at(self, meant: ItemReference, where: str, named: Mapping[str, list[Item]]) -> Item:
        written, tidy = _written(meant).lstrip("/"), _tidy(_written(meant), self._naming)
        same = named.get(normalize("NFC", meant.name or ""), [])
        anywhere = meant.folder is None and self._naming == AS_ITEMS
        exact = [one for one in same if (one.name == meant.name if anywhere else _path(one) == written)]
        if exact:
            return self._only(exact, meant)
        here = named.get(_base(tidy)) or _called_otherwise(tidy, named)
        alike = [one for one in here if normalize("NFC", _path(one)) == tidy]
        found = self._only(alike or here, meant)
        first = tidy if alike else self._by_name.setdefault(found.id, tidy)
        if not (f"/{first}".endswith(f"/{tidy}") or f"/{tidy}".endswith(f"/{first}")):
            both = f"{cited(tidy)} and {cited(first)} cannot both be /{_path(found)}; {WAYS}"
            raise LeftOut(both, cause="two for one")
        if tidy != _path(found) or self._naming == AS_ITEMS:
            alone = "the only one of that name" if named.get(_base(tidy)) else "which other tools call so"
            how = "the same but for how it is written" if alike else alone
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


def _also(name: str) -> list[str]:
    """Return how items may be called of which other tools have a name.

    Label Studio puts eight digits before it, ImageNet writes it without its suffix, and some write that in capitals.

    >>> _also("0a1b2c3d-a.jpg"), "b.JPEG" in _also("b"), _also("c.JPG")
    (['a.jpg', '0a1b2c3d-a.JPG'], True, ['c.jpg'])
    """
    found = [plain[1]] if (plain := re.fullmatch("[0-9a-f]{8}-(.+)", name)) else []
    stem, dot, suffix = name.rpartition(".")
    if f".{suffix.lower()}" not in MEDIA_TYPES:
        return found + [name + case for each in MEDIA_TYPES for case in (each, each.upper())]
    return found + [stem + dot + case for case in (suffix.lower(), suffix.upper()) if case != suffix]


def _called_otherwise(path: str, named: Mapping[str, list[Item]]) -> list[Item]:
    """Return the items that other tools call so, those of the same folder if there are any."""
    found = [one for other in _also(_base(path)) for one in named.get(other, ())]
    folder = path.rpartition("/")[0]
    return [one for one in found if normalize("NFC", _path(one)).rpartition("/")[0] == folder] or found


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
