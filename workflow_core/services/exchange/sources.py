"""Read a source: its new files become items, and items follow what became of theirs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from workflow_core.connectors import images
from workflow_core.connectors.images import Picture
from workflow_core.connectors.listings import Listed, Listing, Skipped, is_below, root
from workflow_core.domain.items.sources import File, Kind, Known, Refusal, became, following, moves, unchanged
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.services.pipelines.data import Added, FoundItem
from workflow_core.store.data import items
from workflow_core.store.database.engine import Session
from workflow_core.store.exchange import sources
from workflow_core.store.models import Dataset

T = TypeVar("T")
VERBS: dict[Kind, str] = {
    "moved": "moved",
    "renamed": "moved",
    "replaced": "replaced",
    "returned": "found",
    "gone": "missed",
}
"""How the history calls what became of a picture."""


@dataclass(frozen=True)
class Became:
    """What became of an item's picture; `before` is its former folder and name, `open` that work on it is not done."""

    item: str
    kind: Kind
    before: str | None = None
    open: bool = False

    def __str__(self) -> str:
        """Name the item, with what it was called before, and whether work on it is not done though it is gone."""
        name = f"{self.before} -> {self.item}" if self.before else self.item
        return f"{name} (open work)" if self.open and self.kind == "gone" else name


@dataclass
class Sync:
    """One reading of a source. `others` are the roots of other pipelines' sources over the same dataset.

    `limit` files are compared, and items written, in one transaction.
    """

    open_session: Callable[..., AbstractContextManager[Session]]
    actor: Actor
    clock: Callable[[], datetime]
    dataset_id: int
    uri: str
    others: tuple[str, ...]
    limit: int
    advance: Callable[[int], object] = int
    """Is told how many more files were looked at."""
    became: list[Became] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    """The items whose file is in its place, or was found elsewhere."""
    refused: dict[str, Refusal] = field(default_factory=dict)
    """The files that make no items, for what they are, by address."""
    before: Mapping[str, Refusal] = field(default_factory=dict)
    """Those of the reading before."""

    def run(self) -> Added:
        """Read the source, and return what was added; `became` and `skipped` say the rest.

        Raises:
            NotAllowed: the actor may not import items.
            Unavailable: the place cannot be reached, or its driver is missing.
        """
        listing, new, added = Listing(self.uri, self.skipped), list[Listed](), Added(0, 0, 0)
        with self.open_session(read_only=True) as session:
            until = items.newest(session)  # what others add meanwhile is not gone because it was not listed
            self.before = sources.refused(session, dataset_id=self.dataset_id)
            first = next(sources.made_of_files(session, dataset_id=self.dataset_id, until=until), None) is None
        for batch in _batches(listing, self.limit):
            left = self._compare(batch)
            if first:
                added += self._add(self._look(left))
            else:
                new += left
        gone = self._gone(listing.unread, until)
        pictures = self._look(new)
        if gone:
            found = list(pictures)
            moved = moves(gone, [each.file for each in found])
            self._follow([(moved[each.file], each) for each in found if each.file in moved])
            pictures = (each for each in found if each.file not in moved)
        for pictured in _batches(pictures, self.limit):
            added += self._add(pictured)
        self._miss([one for one in gone if one.id not in self.seen and not one.gone and not one.archived])
        self._remember()
        return added

    def _compare(self, listed: list[Listed]) -> list[Listed]:
        """Let items follow what became of their files in their places; return the files of which there is no item."""
        with self.open_session(read_only=True) as session:
            known = sources.known(session, dataset_id=self.dataset_id, uris=[each.file.uri for each in listed])
        self.advance(len(listed))
        self.seen |= {one.id for found in known.values() for one in found}
        changed: list[tuple[Known, Picture]] = []
        for each in listed:
            for one in known.get(each.file.uri, ()):
                if not unchanged(one, each.file):
                    changed += ((one, picture) for picture in self._look([each]))
                elif one.gone:
                    changed.append((one, Picture(replace(each.file, checksum=one.file.checksum))))
        self._follow(changed)
        return [each for each in listed if each.file.uri not in known]

    def _look(self, listed: Iterable[Listed]) -> Iterator[Picture]:
        """Open files, and yield the pictures among them; what was refused and is as it was is not opened again."""
        for each in listed:
            uri, mark = each.file.uri, images.mark(each.file)
            before = self.before.get(uri)
            found = before.reason if before and before.mark == mark and not each.fault else images.look(each)
            if isinstance(found, Picture):
                yield found
                continue
            self.skipped.append(Skipped(uri, found))
            if not each.fault and images.lasts(found):
                self.refused[uri] = Refusal(uri, mark, found)

    def _remember(self) -> None:
        """Keep what was refused for the next reading, where that is not known yet."""
        here = root(self.uri)
        left = [uri for uri, one in self.before.items() if is_below(uri, here) and self.refused.get(uri) != one]
        new = [one for uri, one in self.refused.items() if self.before.get(uri) != one]
        if left or new:
            with self.open_session() as session:
                sources.remember(session, dataset_id=self.dataset_id, no_more=left, new=new)

    def _gone(self, unread: Iterable[str], until: int) -> list[Known]:
        """Return the items whose file is of this source, or of none, and was not in its place where it was looked."""
        here = root(self.uri)
        with self.open_session(read_only=True) as session:
            left = sources.made_of_files(session, dataset_id=self.dataset_id, until=until, without=self.seen)
            return [
                one
                for one in left
                if is_below(one.file.uri, here) or not any(is_below(one.file.uri, other) for other in self.others)
                if not any(is_below(one.file.uri, folder) for folder in unread)
            ]

    def _follow(self, changed: Iterable[tuple[Known, Picture]]) -> None:
        """Let items have the files that are theirs now."""
        for batch in _batches(changed, self.limit):
            rows, told = list[dict[str, Any]](), list[tuple[Known, File, Kind]]()
            for known, found in batch:
                file = following(known, found.file)
                rows.append({"id": known.id, **asdict(file), "width": found.width, "height": found.height})
                kind = became(known, file)
                if kind:
                    told.append((known, file, kind))
            self.seen |= {known.id for known, _ in batch}
            with self.open_session() as session:
                sources.follow(session, rows)
                self._tell(session, told)

    def _miss(self, gone: Iterable[Known]) -> None:
        for batch in _batches(gone, self.limit):
            with self.open_session() as session:
                self._tell(session, [(one, one.file, "gone") for one in batch])

    def _tell(self, session: Session, told: Iterable[tuple[Known, File, Kind]]) -> None:
        """Note in the history, and in the result, what became of the pictures of items."""
        by_kind: dict[Kind, list[int]] = {}
        for known, _, kind in told:
            by_kind.setdefault(kind, []).append(known.id)
        for kind, ids in by_kind.items():
            sources.tell(session, VERBS[kind], item_ids=ids, now=self.clock())
        busy = sources.with_open_work(session, item_ids=[known.id for known, _, _ in told])
        for known, file, kind in told:
            before = known.file.path if known.file.path != file.path else None
            self.became.append(Became(file.path, kind, before, known.id in busy))

    def _add(self, pictures: Iterable[Picture]) -> Added:
        """Make items of pictures."""
        new = [FoundItem(**asdict(each.file), width=each.width, height=each.height) for each in pictures]
        if not new:
            return Added(0, 0, 0)
        with self.open_session() as session:
            dataset = session.get_one(Dataset, self.dataset_id)
            return data.add_items(session, actor=self.actor, dataset=dataset, new=new, now=self.clock())


def _batches(these: Iterable[T], limit: int) -> Iterator[list[T]]:
    each = iter(these)
    while batch := list(islice(each, limit)):
        yield batch
