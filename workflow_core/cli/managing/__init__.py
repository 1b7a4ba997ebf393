"""What managers do and see, a noun a module."""
