"""How our flows end: with a state of their own, whose message says what was done."""

from prefect.client.schemas.objects import State

# Named here and only here: pydantic makes the class known in the first module that names it, and a flow run's
# process unpickles it by that module. With several, it depends on the order of imports whether it is found.
Ended = State[None]
