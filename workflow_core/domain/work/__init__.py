"""The life of a task item, of an issue and of a team's work: who may do what, and what comes of it."""
