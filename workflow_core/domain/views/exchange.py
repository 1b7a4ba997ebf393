"""What is told of what comes in and goes out: jobs, and the snapshots of exports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class JobFault:
    """What was left out (`skipped`), or taken otherwise than it came, how often, and the first places."""

    message: str
    count: int
    examples: Sequence[str]
    skipped: bool = True


@dataclass(frozen=True, kw_only=True)
class Job:
    """What takes longer than a request, and how far it is: a `sync`, an `export`, an `import`, or an act on many items.

    `about` is what was asked for; `done` counts files, items or annotations. Once it is done, `result` tells what came
    of it, and `faults` what was left out; `fault` is why it failed. Of an act on items `result` tells
    on its way what it did so far.
    """

    id: int
    project_id: int
    kind: str
    state: JobState
    about: Mapping[str, Any]
    by: str
    done: int
    result: Mapping[str, Any] | None
    faults: Sequence[JobFault]
    fault: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class Snapshot:
    """What was written, and where; `unseen` annotations were left out, since nobody has seen them.

    `unchanged`: the latest snapshot says the same already, so it stayed. `gone` are the items in it whose picture is
    no longer in its source. `left_out` counts by format what that cannot hold, `sides` the items on each side. `id` is
    that of the export as lists have it.
    """

    uri: str
    name: str
    items: int
    annotations: int
    content: str
    unseen: int = 0
    unchanged: bool = False
    gone: int = 0
    left_out: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    sides: Mapping[str, int] = field(default_factory=dict)
    id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Way:
    """An exit of a pipeline: how many items left by it or whether `more`, and whether it says where they go."""

    exit: str
    items: int
    more: bool
    declared: bool


@dataclass(frozen=True, kw_only=True)
class Export:
    """A snapshot of the items at an exit; without `by` it was written by the machine."""

    id: int
    pipeline_id: int
    exit: str
    uri: str
    items: int
    annotations: int
    by: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ExportFile:
    """A file of a snapshot."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ExportFiles(Export):
    """A snapshot with its files, as its manifest lists them."""

    files: Sequence[ExportFile]


@dataclass(frozen=True, kw_only=True)
class Synced:
    """What came of reading the source of a pipeline, and in `told` all of it in a line.

    `refused` says why the pipeline took none of what is new. `faults` are files that are no items, and what became of
    the pictures of items that are not where, or what, they were.
    """

    pipeline: str
    new: int
    present: int
    entered: int
    erased: int
    refused: str | None
    told: str
    faults: Sequence[JobFault]


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What came of a file of annotations, and in `told` all of it in lines; of a preview, what would come of it.

    `reopened` is how many statuses were cleared for it; with them items were `withdrawn` from tasks, and came back from
    `exits`; `exported` of them are in files already.
    """

    new: int
    present: int
    left_out: int
    noted: int
    reopened: int
    withdrawn: Mapping[str, int]
    exits: Mapping[str, int]
    exported: int
    told: Sequence[str]
    faults: Sequence[JobFault]


@dataclass(frozen=True, kw_only=True)
class ExportAsked:
    """Which items an export is to write, and how; what is not said is as the exit has it.

    `val` and `test` are percentages of items to validate and to test with; an item stays on its side in every export.
    """

    exit: str = "approved"
    to: str | None = None
    formats: Sequence[str] = ()
    where: Mapping[str, Any] | None = None
    val: float | None = None
    test: float | None = None


@dataclass(frozen=True, kw_only=True)
class ImportAsked:
    """How a file of annotations is to be read, and what becomes of what comes late; as the command line has it.

    A `preview` says what would come of it, and leaves nothing.
    """

    format: str = "jsonl"
    model: str | None = None
    model_version: str | None = None
    strip: str | None = None
    below: str | None = None
    as_boxes: bool = False
    reopen: bool = False
    end_claims: bool = False
    preview: bool = False


@dataclass(frozen=True, kw_only=True)
class ImportSent(ImportAsked):
    """The same of what is sent: several files, as of VOC and YOLO, are one zip archive.

    `file` is what is read of it, a file or a folder, by default all; `images` the COCO file that says of which images a
    list of results is.
    """

    file: str | None = None
    images: str | None = None


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What came of a job."""

    result: Mapping[str, Any]
    faults: Sequence[JobFault] = field(default_factory=tuple)
