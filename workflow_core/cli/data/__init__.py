"""Commands by which items and annotations come in and go out."""
