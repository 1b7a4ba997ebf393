"""Items that left a pipeline, written as files: a registry of formats, and snapshots of what they write."""

from collections.abc import Mapping
from functools import partial

from workflow_core.exporters.formats.coco import CocoWriter
from workflow_core.exporters.formats.cvat import CvatWriter
from workflow_core.exporters.formats.jsonl import JsonLinesWriter
from workflow_core.exporters.formats.label_studio import LabelStudioWriter
from workflow_core.exporters.formats.parquet import ParquetWriter
from workflow_core.exporters.formats.voc import VocWriter
from workflow_core.exporters.formats.yolo import YoloWriter
from workflow_core.exporters.records import Format

FORMATS: Mapping[str, Format] = {
    "coco": CocoWriter,
    "cvat": CvatWriter,
    "jsonl": JsonLinesWriter,
    "label-studio": LabelStudioWriter,
    "parquet": ParquetWriter,
    "voc": VocWriter,
    "yolo": YoloWriter,
    "yolo-segment": partial(YoloWriter, segment=True),
}
"""Every format by the name that a pipeline file gives it. Whatever is added here passes the contract in the tests."""

LIBRARIES: Mapping[str, str] = {"parquet": "pyarrow"}
"""What a format is written with that annoflow brings by the extra of the format's name alone."""
