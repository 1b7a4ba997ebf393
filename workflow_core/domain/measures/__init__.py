"""How far work is and how much of it was done, computed from counts."""
