"""Pictures that people upload: each becomes the item of its folder and name, once, however often it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from workflow_core.connectors import images
from workflow_core.connectors.media import Incoming
from workflow_core.domain.items.sources import MEDIA_TYPES
from workflow_core.domain.views.data import Missing, Uploaded
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import cited
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import Conflict, InvalidInput, NotFound
from workflow_core.services import access
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.services.pipelines.data import FoundItem
from workflow_core.services.pipelines.places import Media
from workflow_core.store.data import erasure, items
from workflow_core.store.database.engine import Session
from workflow_core.store.exchange import sources


@dataclass(frozen=True)
class Place:
    """Where an upload goes."""

    dataset_id: int
    folder: str
    name: str

    @property
    def path(self) -> str:
        """Its folder and name."""
        return f"{self.folder.rstrip('/')}/{self.name}"

    @property
    def beginning(self) -> str:
        """How the names begin under which its pictures are kept, one after the other."""
        named = erasure.digest(self.folder, self.name)
        return f"{self.dataset_id}/{named[:2]}/{named}-"


@dataclass(frozen=True)
class Kept:
    """A picture that is kept."""

    uri: str
    size: int
    checksum: str
    width: int
    height: int


def place(session: Session, *, actor: Actor, dataset_id: int, path: str) -> Place:
    """Return where an upload would go, before it is read.

    Raises:
        NotFound: there is no such dataset for the actor, or this is no path of a file in one.
        NotAllowed: they may not import items.
        InvalidInput: the name is not one of a picture, or one that no item can have.
    """
    found = access.dataset(session, actor=actor, dataset_id=dataset_id, permission=Permission.IMPORT_ITEMS)
    folder, name = _parted(path)
    if PurePosixPath(name).suffix.lower() not in MEDIA_TYPES:
        raise InvalidInput(f"{cited(name)} is no picture by its name; possible: {', '.join(MEDIA_TYPES)}")
    values.file(folder, name)
    return Place(found.id, folder, name)


def keep(media: Media, *, place: Place, incoming: Incoming) -> Kept:
    """Keep what came in, if it is the picture that its name says; no session is needed.

    Raises:
        InvalidInput: it is no picture, too large a one, or another kind than its name says.
        Unavailable: it cannot be kept.
    """
    incoming.file.seek(0)
    width, height = images.check(place.path, incoming.file)
    suffix = PurePosixPath(place.name).suffix.lower()
    uri = media.keep(incoming, f"{place.beginning}{incoming.checksum}{suffix}")
    return Kept(uri, incoming.size, incoming.checksum, width, height)


def take(session: Session, *, actor: Actor, place: Place, kept: Kept, now: datetime, replace: bool = False) -> Uploaded:
    """Make an item of a picture that is kept; the same again changes nothing.

    With `replace` the item of its folder and name has it in place of another picture, and keeps what was done on it.

    Raises:
        NotFound, NotAllowed: as `place`: that may have changed meanwhile.
        Conflict: the item of its folder and name has another picture; or it was erased.
    """
    dataset_id = place.dataset_id
    dataset = access.dataset(session, actor=actor, dataset_id=dataset_id, permission=Permission.IMPORT_ITEMS)
    new = FoundItem(folder=place.folder, name=place.name, **vars(kept))
    added = data.add_items(session, actor=actor, dataset=dataset, new=[new], now=now)
    if added.erased:
        raise Conflict(f"{place.path} was erased, and does not come again", code="item-erased", item=place.path)
    found = items.at(session, dataset_id=dataset.id, folder=place.folder, name=place.name)
    assert found is not None
    if added.new or found.checksum == kept.checksum:
        return Uploaded(item_id=found.id, became="new" if added.new else "present")
    if not replace and found.uri is not None:
        why = f"{place.path} is there with another picture; say that it is to be replaced"
        raise Conflict(why, code="file-differs", item=place.path)
    row = {"id": found.id, "folder": found.folder, "name": found.name, "stamp": None, **vars(kept)}
    sources.follow(session, [row])
    sources.tell(session, "replaced", item_ids=[found.id], now=now, actor_id=actor.id if actor else None)
    return Uploaded(item_id=found.id, became="replaced")


def missing(session: Session, *, actor: Actor, dataset_id: int, files: Mapping[str, str]) -> Missing:
    """Say which of some files, by path and MD5, are not there: so an upload goes on where it was cut off.

    Raises:
        NotFound, NotAllowed: as `place`.
    """
    found = access.dataset(session, actor=actor, dataset_id=dataset_id, permission=Permission.IMPORT_ITEMS)
    by_parts = {_parted(path): path for path in values.mapping(files, "what is to be there")}
    wanted = [(folder, name, values.sought(files[path])) for (folder, name), path in by_parts.items()]
    left = items.not_there(session, dataset_id=found.id, files=wanted)
    absent = [by_parts[folder, name] for folder, name, differs in left if not differs]
    return Missing(missing=absent, differing=[by_parts[folder, name] for folder, name, differs in left if differs])


def _parted(path: str) -> tuple[str, str]:
    """Return folder and name of a path below a dataset."""
    parts = values.sought(path).split("/")
    if {"", ".", ".."} & set(parts):
        raise NotFound(f"{cited(path)} is no path of a file in a dataset")
    return "/" + "/".join(parts[:-1]), parts[-1]
