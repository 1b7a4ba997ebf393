"""Every table. Rows are not API schemas and not domain values."""

from workflow_core.store.models.accounts import Answer, Link, Password, SignIn, Token
from workflow_core.store.models.activity import Activity
from workflow_core.store.models.base import METADATA
from workflow_core.store.models.data import (
    Annotation,
    Category,
    Comment,
    Dataset,
    Document,
    Draft,
    Erased,
    Item,
    Refused,
    Revision,
)
from workflow_core.store.models.history import Event
from workflow_core.store.models.issues import Issue
from workflow_core.store.models.jobs import Export, Job, JobFile
from workflow_core.store.models.leases import Lease
from workflow_core.store.models.people import Membership, Person, Project
from workflow_core.store.models.pipelines import Branch, Deploy, Entry, Node, Pipeline, PipelineVersion, Route
from workflow_core.store.models.task_items import TaskItem
from workflow_core.store.models.tasks import Assignment, Recipe, Review, Task

__all__ = [
    "METADATA",
    "Activity",
    "Annotation",
    "Answer",
    "Assignment",
    "Branch",
    "Category",
    "Comment",
    "Dataset",
    "Deploy",
    "Document",
    "Draft",
    "Entry",
    "Erased",
    "Event",
    "Export",
    "Issue",
    "Item",
    "Job",
    "JobFile",
    "Lease",
    "Link",
    "Membership",
    "Node",
    "Password",
    "Person",
    "Pipeline",
    "PipelineVersion",
    "Project",
    "Recipe",
    "Refused",
    "Review",
    "Revision",
    "Route",
    "SignIn",
    "Task",
    "TaskItem",
    "Token",
]
