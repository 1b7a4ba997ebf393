"""Random histories over the services, beside a pure model that does not know SQL."""

from machine.team import Team
from machine.two_reviews import TwoReviews


class Histories(TwoReviews, Team):
    """Whatever people, managers, the mover and the clock do: tables, history and model agree after every step."""
