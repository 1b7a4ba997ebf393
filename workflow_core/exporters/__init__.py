"""Items that left a pipeline, written as files: a registry of formats, and snapshots of what they write."""

from collections.abc import Mapping

from workflow_core.exporters.coco import CocoWriter
from workflow_core.exporters.jsonl import JsonLinesWriter
from workflow_core.exporters.records import Format

FORMATS: Mapping[str, Format] = {"coco": CocoWriter, "jsonl": JsonLinesWriter}
"""Every format by the name that a pipeline file gives it. Whatever is added here passes the contract in the tests."""
