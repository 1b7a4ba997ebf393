"""The API over a stage."""

from served import as_, client, photos, stage, token

__all__ = ["as_", "client", "photos", "stage", "token"]
