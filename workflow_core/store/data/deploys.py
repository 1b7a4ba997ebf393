"""What was deployed, as it came: each deploy with its files."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from workflow_core.store.database.dialect import run_many
from workflow_core.store.models import Deploy, Document, Person, PipelineVersion

MEDIA_TYPES = {"pdf": "application/pdf", "md": "text/markdown"}


def digested(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return what each file is known by."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def keep_files(session: Session, files: Mapping[str, bytes]) -> dict[str, int]:
    """Keep files, each content once whatever its name; returns the numbers of their documents by name."""
    digests = digested(files)
    known = _documents(session, digests.values())
    new = {
        digests[name]: {
            "digest": digests[name],
            "name": name.rpartition("/")[2][-255:],
            "media_type": MEDIA_TYPES.get(name.rpartition(".")[2].lower(), "application/yaml"),
            "content": content,
        }
        for name, content in files.items()
        if digests[name] not in known
    }
    if new:
        # Another pipeline with the same recipe may be deployed at this moment: the order keeps both from a deadlock.
        add = """INSERT INTO document (digest, name, media_type, content)
            VALUES (:digest, :name, :media_type, :content) ON CONFLICT (digest) DO NOTHING"""
        run_many(session, add, [new[each] for each in sorted(new)])
        known = _documents(session, digests.values())
    return {name: known[each] for name, each in digests.items()}


def _documents(session: Session, digests: Iterable[str]) -> dict[str, int]:
    query = select(Document.digest, Document.id).where(col(Document.digest).in_(set(digests)))
    return dict(session.exec(query).all())


def last(session: Session, *, pipeline_id: int) -> Deploy | None:
    """Return the last deploy of a pipeline."""
    return session.exec(select(Deploy).where(Deploy.pipeline_id == pipeline_id).order_by(col(Deploy.id).desc())).first()


def digests(session: Session, deploy: Deploy) -> dict[str, str]:
    """Return what each file of a deploy is known by."""
    query = select(Document.id, Document.digest).where(col(Document.id).in_(set(deploy.files.values())))
    known = dict(session.exec(query).all())
    return {name: known[number] for name, number in deploy.files.items()}


def contents(session: Session, deploy: Deploy) -> dict[str, bytes]:
    """Return the files of a deploy."""
    query = select(Document.id, Document.content).where(col(Document.id).in_(set(deploy.files.values())))
    known = dict(session.exec(query).all())
    return {name: known[number] for name, number in deploy.files.items()}


Named = tuple[Deploy, str, str | None]
"""A deploy, with its version's name and the e-mail of who made it."""


def of_pipeline(session: Session, *, pipeline_id: int, before: int | None, limit: int) -> Sequence[Named]:
    """Return the deploys of a pipeline, the newest first, or the first of them `before` a number."""
    query = _named().where(Deploy.pipeline_id == pipeline_id).order_by(col(Deploy.id).desc()).limit(limit)
    return session.exec(query if before is None else query.where(col(Deploy.id) < before)).all()


def find(session: Session, *, pipeline_id: int, number: int) -> Named | None:
    """Return a deploy of a pipeline by its number."""
    return session.exec(_named().where(Deploy.pipeline_id == pipeline_id, Deploy.id == number)).first()


def _named() -> Select[Deploy, str, str]:
    return (
        select(Deploy, PipelineVersion.digest, Person.email)
        .join(PipelineVersion, col(PipelineVersion.id) == col(Deploy.version_id))
        .join(Person, col(Person.id) == col(Deploy.actor_id), isouter=True)
    )
