"""A pure model of annoflow's core: the rules of the design in plain Python, independent of the SQL.

It says all that is determined. Which of several eligible people gets an item is not: there the model takes what
the tables say (`adopt`) after checking that it was allowed and that the shares are exact.
"""

from model.managing import Managing
from model.reviewing import Reviewing


class Model(Managing, Reviewing):
    """Everything annoflow should know, and what people, managers, the clock and the mover do to it."""
