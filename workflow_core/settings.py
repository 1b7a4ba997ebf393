"""What an installation is told by its environment; only entry points read this."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """Settings from `ANNOFLOW_…` variables, read when the object is made."""

    model_config = SettingsConfigDict(env_prefix="ANNOFLOW_", extra="ignore", populate_by_name=True)

    home: Path = Field(default=Path(".annoflow"), description="Folder of the database, Prefect's files and the logs.")
    database_url: str = Field(default="", description="Database; default: the file `annoflow.db` in the home.")
    prefect_api_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("ANNOFLOW_PREFECT_API_URL", "PREFECT_API_URL"),
        description="API of a Prefect server that runs elsewhere; `annoflow up` starts its own.",
    )
    host: str = Field(default="127.0.0.1", description="Address that `annoflow up` listens at.")
    port: int = Field(default=8484, description="Port of it.")
    public_url: str = Field(
        default="", description="Address as people write it; needed to listen elsewhere than on loopback."
    )
    first_owner: str = Field(default="", description="E-mail of who runs the installation, at its first start.")
    first_password_file: Path | None = Field(
        default=None, description="File with their password; without it the first start prints a link."
    )
    trusted_proxies: str = Field(
        default="", description="Addresses and networks, parted by commas, whose `X-Forwarded-For` is believed."
    )
    sources: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Folders and addresses, parted by commas, below which is read what is named over HTTP."
    )
    media: str = Field(
        default="",
        description="Where uploads are kept, a folder or an address; default: `media` in the home.",
    )
    exports: str = Field(
        default="", description="Where exports over HTTP are written, and below; default: `exports` in the home."
    )
    url: str = Field(default="", description="Address of an annoflow elsewhere, that the command line asks.")
    token: SecretStr = Field(default=SecretStr(""), description="Of whoever asks it.")
    prefect_port: int = Field(default=4200, description="Port, on loopback, of the server that `annoflow up` starts.")
    shift_seconds: float = Field(default=600, gt=0, description="Seconds after which the next mover takes over.")
    lease_seconds: float = Field(
        default=15, gt=0, description="Seconds without a sign of life after which a mover is gone."
    )

    @field_validator("sources", mode="before")
    @classmethod
    def _parted(cls, given: object) -> object:
        given = filter(None, map(str.strip, given.split(","))) if isinstance(given, str) else given
        return tuple(map(_absolute, given)) if isinstance(given, Iterable) else given

    @property
    def address(self) -> str:
        """Return the address at the beginning of links: the public one, or where the `annoflow up` in this home is."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or self._told(self.site, "url") or f"http://{host}:{self.port}"

    def database(self) -> str:
        """Return the database's URL, with an absolute path where it is a file: children work in another folder."""
        file = self.database_url.removeprefix("sqlite:///")
        if file in (self.database_url, "", ":memory:"):
            return self.database_url or f"sqlite:///{self.home.resolve() / 'annoflow.db'}"
        return f"sqlite:///{Path(file).resolve()}"

    def prefect_api(self) -> str | None:
        """Return the API to post events to: the one configured, or that of the `annoflow up` in this home."""
        return self.prefect_api_url or self._told(self.running, "prefect_api_url")

    def media_at(self) -> str:
        """Return the place where uploaded pictures are kept."""
        return _absolute(self.media or str(self.home / "media"))

    def shown_at(self) -> Path:
        """Return the folder of what was made of pictures to show them."""
        return self.home.resolve() / "pictures"

    def exports_below(self) -> str:
        """Return the place below which exports over HTTP are written."""
        return _absolute(self.exports or str(self.home / "exports"))

    def environment(self) -> dict[str, str]:
        """Return what a child is told, which may work in another folder."""
        return {
            "ANNOFLOW_HOME": str(self.home.resolve()),
            "ANNOFLOW_DATABASE_URL": self.database(),
            "ANNOFLOW_SHIFT_SECONDS": str(self.shift_seconds),
            "ANNOFLOW_LEASE_SECONDS": str(self.lease_seconds),
            "ANNOFLOW_PUBLIC_URL": self.public_url,
            "ANNOFLOW_SOURCES": ",".join(self.sources),
            "ANNOFLOW_MEDIA": self.media_at(),
            "ANNOFLOW_EXPORTS": self.exports_below(),
        }

    @property
    def running(self) -> Path:
        """Return the file in which `annoflow up` says where its Prefect server is."""
        return self.home / "up.json"

    @property
    def site(self) -> Path:
        """Return the file in which `annoflow up` says where annoflow itself is."""
        return self.home / "site.json"

    @staticmethod
    def _told(file: Path, what: str) -> str | None:
        try:
            return str(json.loads(file.read_text())[what])
        except (OSError, ValueError, KeyError):
            return None


def _absolute(place: str) -> str:
    """Return a place that is the same in every folder: children work in another one."""
    return place if "://" in place else str(Path(place).expanduser().resolve())
