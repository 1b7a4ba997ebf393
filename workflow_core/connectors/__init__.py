"""Other tools and places: where images are found, and annotations that were made elsewhere."""
