"""What may be drawn, where it is, and when two annotations are the same."""
