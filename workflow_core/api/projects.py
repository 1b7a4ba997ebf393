"""Projects: what there is in them, and how far it is; for who runs them."""

from workflow_core.api.bodies import ProjectWanted
from workflow_core.api.lists import Part
from workflow_core.domain.views.progress import Overview, Stuck, TaskProgress
from workflow_core.domain.views.projects import Pipeline, Project
from workflow_core.domain.words.pages import Page
from workflow_core.http.database import Reading, Writing
from workflow_core.http.identity import Known, Now, Reader, Writer
from workflow_core.http.routing import Router
from workflow_core.services import projects
from workflow_core.services.managers import progress
from workflow_core.services.overviews import pipelines as overviews

router = Router(tags=["projects"])


@router.get("/projects")
def my_projects(session: Reading, caller: Known, part: Part) -> Page[Project]:
    """Return the projects in which the caller has a role, by name."""
    return projects.listed(session, actor=caller.person, project_id=caller.project_id, **part)


@router.post("/projects", status_code=201)
def make_project(session: Writing, actor: Writer, now: Now, wanted: ProjectWanted) -> Project:
    """Make a project, or return the one of this name that the caller is in; only for who runs the installation."""
    return projects.make(session, actor=actor, name=wanted.name, now=now)


@router.get("/projects/{project_id}/pipelines")
def pipelines(session: Reading, actor: Reader, project_id: int, part: Part) -> Page[Pipeline]:
    """Return the pipelines of a project, by name."""
    return projects.pipelines_listed(session, actor=actor, project_id=project_id, **part)


@router.get("/projects/{project_id}/stuck")
def stuck(session: Reading, actor: Reader, project_id: int, part: Part) -> Page[Stuck]:
    """Return what nobody can go on with, the oldest first."""
    return progress.stuck(session, actor=actor, project_id=project_id, **part)


@router.get("/pipelines/{pipeline_id}/overview")
def pipeline_overview(session: Reading, actor: Reader, now: Now, pipeline_id: int) -> Overview:
    """Return where the items of a pipeline are: what `annoflow status` shows."""
    return overviews.overview(session, actor=actor, pipeline_id=pipeline_id, now=now)


@router.get("/pipelines/{pipeline_id}/progress")
def pipeline_progress(session: Reading, actor: Reader, pipeline_id: int) -> list[TaskProgress]:
    """Return how far each task of a pipeline is, with the share of everybody."""
    return progress.of_pipeline(session, pipeline_id=pipeline_id, actor=actor)


@router.get("/pipelines/{pipeline_id}/exits")
def pipeline_exits(session: Reading, actor: Reader, pipeline_id: int) -> dict[str, int]:
    """Return how many items of a pipeline left by each exit."""
    return progress.exits(session, pipeline_id=pipeline_id, actor=actor)
