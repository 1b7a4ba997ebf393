"""The installation of this machine: its database is asked, as nobody in particular."""

from collections.abc import Sequence

from workflow_core.cli.context import now, session
from workflow_core.cli.files import Source
from workflow_core.domain.views.history import Why
from workflow_core.domain.views.pipelines import Deployed, Plan
from workflow_core.services.managers import history
from workflow_core.services.pipelines import bundles, deployment, plans


class Here:
    """Asks the services."""

    def why(self, named: str) -> Why:
        """See `Installation`."""
        with session(read_only=True) as opened:
            return history.why(opened, item=history.look_up(opened, named=named).id)

    def plan(self, source: Source, *, migrate: bool) -> Plan:
        """See `Installation`."""
        checked = _checked(source)
        with session() as opened:
            return plans.plan_bundle(opened, checked, actor=None, now=now(), migrate=migrate)

    def deploy(self, sources: Sequence[Source], *, migrate: bool) -> list[Deployed]:
        """See `Installation`."""
        return deployment.deploy_all(
            session, [_checked(one) for one in sources], actor=None, now=now(), migrate=migrate
        )


def _checked(source: Source) -> bundles.Bundle:
    return bundles.compile_file(source.text, file=source.name, read=source.read, folder=source.folder)
