"""A server behind nginx and Caddy as deploy/README.md sets them up: with `make soak`, where they are installed."""

import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from running import PATIENCE, wait_until
from serving import Server
from stage import Stage, email

from workflow_core.services.accounts import links

RUNBOOK = (Path(__file__).parents[2] / "deploy/README.md").read_text()
NAME = "label.example.org"
PASSWORD = "correct horse battery"
CERTIFICATE = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem"]
NGINX = """
user root; daemon off; pid nginx.pid; error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
    server { listen 127.0.0.1:PORT ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem; BLOCK }
}
"""
CADDY = """
{
    admin off
    auto_https disable_redirects
    default_sni label.example.org
}
"""


def documented(begin: str) -> str:
    """Return the block of the runbook that begins so."""
    (block,) = re.findall(rf"^```text\n({re.escape(begin)}.*?)^```", RUNBOOK, re.DOTALL | re.MULTILINE)
    return str(block)


def nginx(folder: Path, port: int, upstream: str) -> list[str]:
    block = documented("location /").replace("127.0.0.1:8484", upstream)
    (folder / "nginx.conf").write_text(NGINX.replace("PORT", str(port)).replace("BLOCK", block))
    return ["nginx", "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]


def caddy(folder: Path, port: int, upstream: str) -> list[str]:
    block = documented(NAME).replace("127.0.0.1:8484", upstream)
    block = block.replace(f"{NAME} {{", f"https://{NAME}:{port} {{\n    tls {folder}/cert.pem {folder}/key.pem")
    (folder / "Caddyfile").write_text(CADDY + block)
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


PROXIES = {"nginx": nginx, "caddy": caddy}


@contextmanager
def running(make: Callable[[Path, int, str], list[str]], folder: Path, upstream: str) -> Iterator[int]:
    """Run a proxy; gives its port."""
    subject = ["-days", "1", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run([*CERTIFICATE, *subject], cwd=folder, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "proxy.log").open("wb") as log:
        proxy = subprocess.Popen(
            make(folder, port, upstream), env={**os.environ, "HOME": str(folder)}, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: proxy.poll() is not None or not socket.socket().connect_ex(("127.0.0.1", port)))
        assert proxy.poll() is None, (folder / "proxy.log").read_text()
        yield port
    finally:
        proxy.terminate()
        proxy.wait(PATIENCE)


class Browser:
    """Asks the public name, whatever address it comes from."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        transport = httpx2.HTTPTransport(verify=False, local_address=address)
        headers = {"Host": NAME, "Sec-Fetch-Site": "same-origin"}
        self._client = httpx2.Client(transport=transport, headers=headers, timeout=PATIENCE, trust_env=False)
        self._at = f"https://127.0.0.1:{port}"
        self.cookie = ""

    def ask(self, method: str, path: str, **more: object) -> httpx2.Response:
        return self._client.send(self._asked(method, path, **more))

    def listen(self, path: str) -> Iterator[str]:
        yield from self._client.send(self._asked("GET", path), stream=True).raise_for_status().iter_lines()

    def sign_in(self, who: str, password: str = PASSWORD, **headers: str) -> httpx2.Response:
        answer = self.ask("POST", "/api/sessions", json={"email": email(who), "password": password}, headers=headers)
        self.cookie = answer.headers.get("set-cookie", "").split(";")[0]
        return answer

    def _asked(self, method: str, path: str, **more: object) -> httpx2.Request:
        asked = self._client.build_request(method, self._at + path, extensions={"sni_hostname": NAME}, **more)
        if self.cookie:
            asked.headers["Cookie"] = self.cookie
        return asked


def wide_picture(path: Path) -> bytes:
    """Make a picture of twenty megabytes."""
    Image.frombytes("RGB", (2600, 2600), os.urandom(2600 * 2600 * 3)).save(path, "PNG", compress_level=0)
    return path.read_bytes()


@pytest.mark.skipif(not os.environ.get("ANNOFLOW_SOAK"), reason="a soak")
@pytest.mark.parametrize("name", PROXIES)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_people_work_through_a_proxy_as_documented(
    name: str, stage: Stage, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not shutil.which(name):
        pytest.skip(f"there is no {name}")
    stage.add_items(2)
    stage.add_member("olga", "owner")
    with stage.session() as session:
        link = links.make(session, email=email("olga"), now=stage.now).secret
    monkeypatch.setenv("ANNOFLOW_PUBLIC_URL", f"https://{NAME}")
    monkeypatch.setenv("ANNOFLOW_TRUSTED_PROXIES", "127.0.0.1")
    with (
        Server(database_url, tmp_path) as server,
        running(PROXIES[name], tmp_path, server.url.removeprefix("http://")) as port,
    ):
        olga = Browser(port)
        assert olga.ask("POST", f"/api/links/{link}", json={"password": PASSWORD}).status_code == 204
        begun = olga.sign_in("olga")
        assert begun.status_code == 201
        assert begun.headers["set-cookie"].startswith("__Host-") and "; Secure" in begun.headers["set-cookie"]
        assert olga.ask("GET", "/api/me").json()["email"] == email("olga")

        lines = olga.listen("/api/projects/1/events/stream?after=1000000")
        assert next(lines) == ": listening"
        lines.close()
        heard = Browser(port)
        heard.cookie = olga.cookie
        told = heard.listen("/api/projects/1/events/stream")
        assert any(line.startswith("data: ") for line in told)
        first = threading.Timer(0.5, lambda: stage.claim("ann", "cars"))
        first.start()
        assert any('"claimed"' in line for line in told)
        told.close()

        picture = wide_picture(tmp_path / "wide.png")
        assert len(picture) > 20_000_000
        sent = olga.ask("PUT", "/api/datasets/1/files/wide.png", content=picture)
        assert sent.status_code == 200, sent.text
        assert olga.ask("GET", f"/api/items/{sent.json()['item_id']}/image").content == picture

        guesser, other = Browser(port, "127.0.0.2"), Browser(port, "127.0.0.3")
        forged = [guesser.sign_in(f"p{n}", "wrong", **{"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(21)]
        assert [one.status_code for one in forged] == [401] * 20 + [429]
        assert other.sign_in("olga").status_code == 201
