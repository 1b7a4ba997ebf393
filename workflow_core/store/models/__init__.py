"""Every table. Rows are not API schemas and not domain values."""

from workflow_core.store.models.activity import Activity
from workflow_core.store.models.base import METADATA
from workflow_core.store.models.data import Annotation, Comment, Dataset, Document, Draft, Erased, Item, Revision
from workflow_core.store.models.history import Event
from workflow_core.store.models.people import Membership, Person, Project
from workflow_core.store.models.pipelines import Branch, Entry, Node, Pipeline, PipelineVersion, Route
from workflow_core.store.models.work import Assignment, Issue, Lease, Recipe, Review, Task, TaskItem

__all__ = [
    "METADATA",
    "Activity",
    "Annotation",
    "Assignment",
    "Branch",
    "Comment",
    "Dataset",
    "Document",
    "Draft",
    "Entry",
    "Erased",
    "Event",
    "Issue",
    "Item",
    "Lease",
    "Membership",
    "Node",
    "Person",
    "Pipeline",
    "PipelineVersion",
    "Project",
    "Recipe",
    "Review",
    "Revision",
    "Route",
    "Task",
    "TaskItem",
]
