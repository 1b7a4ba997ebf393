"""annoflow from another machine: what a person may do, over HTTP, with the same answers and errors as on the machine.

>>> with Annoflow("http://127.0.0.1:8484", "af_…") as annoflow:  # doctest: +SKIP
...     for share in annoflow.assignments():
...         print(share.task, share.counts.open)

A call is asked again for a while where no answer came, or one that says to: each under a key of its own, so that what
the server did already is not done twice. `request()` reaches what has no method here.
"""

from workflow_core.client.accounts import Accounts
from workflow_core.client.events import Events
from workflow_core.client.managing import Managing
from workflow_core.client.pipelines import Pipelines
from workflow_core.client.projects import Projects
from workflow_core.client.uploads import Uploads
from workflow_core.client.work import Work

__all__ = ["Annoflow"]


class Annoflow(Projects, Uploads, Pipelines, Managing, Work, Accounts, Events):
    """annoflow, as the person sees it whom the token is of."""
