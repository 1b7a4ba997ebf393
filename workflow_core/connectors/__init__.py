"""Other tools and places: where pictures are found and kept; `annotations` that were made elsewhere."""
