"""Values that somebody may send in place of what was meant, and every service that takes text, JSON or numbers."""
