"""Pictures of items: opened by item, never by an address that somebody gives."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from workflow_core.connectors.files import open_file
from workflow_core.connectors.renditions import Renditions, Shown
from workflow_core.domain.items.sources import MEDIA_TYPES
from workflow_core.domain.words.wording import quoted
from workflow_core.errors import NotFound
from workflow_core.services import access
from workflow_core.services.data.files import Place
from workflow_core.services.pipelines.places import Media, Places
from workflow_core.store.data import pipelines
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person

__all__ = ["Kept", "Media", "Picture", "Renditions", "Shown", "of_item"]


@dataclass(frozen=True)
class Picture:
    """Where a picture is, and below which places it has to be."""

    uri: str
    media_type: str
    within: tuple[str, ...]

    def show(self, renditions: Renditions, *, size: int | None = None) -> Shown:
        """Return it as a browser shows it; upright and no larger than `size` pixels each way, where that is said.

        No session is needed any more.

        Raises:
            NotFound: it is not there, or not below a place that is open: a source, or where uploads are kept; or it is
                no picture that can be shown.
            Unavailable: the place cannot be reached, or there is no room for what is made of it.
        """
        with open_file(self.uri, within=self.within) as opened:
            return renditions.show(opened, uri=self.uri, media_type=self.media_type, size=size)


@dataclass(frozen=True)
class Kept:
    """What an installation keeps of pictures: those that were uploaded, and what was made of any for browsers."""

    media: Media
    renditions: Renditions

    def forget(self, place: Place, uri: str | None) -> None:
        """Remove all that is kept of an item that is erased, also what was replaced.

        Raises:
            Unavailable: the place cannot be reached.
        """
        for one in (*self.media.remove(place.beginning), uri):
            if one is not None:
                self.renditions.forget(one)


def of_item(session: Session, *, actor: Person, item_id: int, within: Places) -> Picture:
    """Return the picture of an item that the actor may see.

    Raises:
        NotFound: there is no such item, it is not theirs, or it is no picture.
    """
    item, dataset = access.item(session, actor=actor, item_id=item_id)
    media_type = MEDIA_TYPES.get(PurePosixPath(item.uri or "").suffix.lower())
    if item.uri is None or media_type is None:
        raise NotFound(f"{quoted(item.name)} has no picture")
    sources = (source.uri for _, source in pipelines.over(session, dataset_id=dataset.id))
    read = (uri for uri in sources if uri is not None)
    return Picture(item.uri, media_type, (*read, *within.sources, within.media.uri))
