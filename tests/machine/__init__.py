"""Random histories over the services, beside a pure model that does not know SQL."""

from machine.managers import Managers
from machine.movers import Movers
from machine.people import People
from machine.reviewers import Reviewers
from machine.team import Team


class Histories(People, Reviewers, Team, Managers, Movers):
    """Whatever people, managers, the mover and the clock do: tables, history and model agree after every step."""
