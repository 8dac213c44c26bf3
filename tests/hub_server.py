"""A model hub on 127.0.0.1 for tests: the calls that a pull makes, and the ways in which a real hub or line goes wrong."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

PAGE = 3
"""Files a page of a listing: small, so that listings come in pages."""


@dataclass
class Repo:
    """`files` by path; those that end in .safetensors or .bin are large files, with a sha256 and from a second host.

    `cuts` lists, per path, after how many bytes successive answers break off; `garbled` paths are served with other bytes."""

    commit: str
    files: dict[str, bytes]
    gated: bool = False
    branches: tuple[str, ...] = ("main",)
    cuts: dict[str, list[int]] = field(default_factory=dict)
    garbled: set[str] = field(default_factory=set)
    ill: dict[str, int] = field(default_factory=dict)  # path -> how many answers are 503 first
    ignores_range: bool = False


@dataclass
class Hub:
    """`seen` are the requests: method, host, path, Range, Authorization."""

    repos: dict[str, Repo]
    endpoint: str = ""
    token: str = "hf_good"
    seen: list[dict[str, str]] = field(default_factory=list)

    def ranges(self, path: str) -> list[str]:
        """The Range headers of the downloads of a path, '' where there was none."""
        return [
            s["range"] for s in self.seen if s["method"] == "GET" and s["path"].endswith(path) and "/cdn/" in s["path"]
        ]


def is_large(path: str) -> bool:
    return path.endswith((".safetensors", ".bin"))


def blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


@contextmanager
def serving(repos: dict[str, Repo]) -> Iterator[Hub]:
    hub = Hub(repos)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        del format, args

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        told = {"range": self.headers.get("Range", ""), "authorization": self.headers.get("Authorization", "")}
        self.hub.seen.append({"method": self.command, "host": self.headers["Host"], "path": path, **told})
        for pattern, answer in (
            (r"/api/models/([^/]+/[^/]+)/revision/(.+)", self.info),
            (r"/api/models/([^/]+/[^/]+)/tree/([^/]+)", self.tree),
            (r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", self.resolve),
            (r"/cdn/([^/]+/[^/]+)/([^/]+)/(.+)", self.cdn),
        ):
            match = re.fullmatch(pattern, path)
            if match:
                answer(*match.groups())
                return
        self.refuse(404, "", "no such address")

    def repo(self, name: str, revision: str) -> Repo | None:
        """The repository, or None after the refusal was sent."""
        found = self.hub.repos.get(name)
        if found is None:
            self.refuse(401, "RepoNotFound", "Invalid username or password.")
        elif revision not in (found.commit, *found.branches):
            self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        else:
            return found
        return None

    def info(self, name: str, revision: str) -> None:
        repo = self.repo(name, revision)
        if repo:
            siblings = [{"rfilename": path} for path in repo.files]
            self.send_json(
                {"id": name, "modelId": name, "sha": repo.commit, "private": False, "tags": [], "siblings": siblings}
            )

    def tree(self, name: str, revision: str) -> None:
        repo = self.repo(name, revision)
        if not repo:
            return
        items: list[dict[str, Any]] = [{"type": "directory", "oid": "0" * 40, "size": 0, "path": "folder"}]
        for path, data in repo.files.items():
            item: dict[str, Any] = {"type": "file", "oid": blob(data), "size": len(data), "path": path}
            if is_large(path):
                item["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
            items.append(item)
        at = int((re.search(r"cursor=(\d+)", self.path) or ["", "0"])[1])
        more = at + PAGE < len(items)
        url = f"{self.hub.endpoint}/api/models/{name}/tree/{revision}?recursive=true&cursor={at + PAGE}"
        self.send_json(items[at : at + PAGE], {"Link": f'<{url}>; rel="next"'} if more else {})

    def resolve(self, name: str, revision: str, path: str) -> None:
        repo = self.repo(name, revision)
        if not repo:
            return
        if repo.gated and self.headers.get("Authorization") != f"Bearer {self.hub.token}":
            known = "Authorization" in self.headers
            self.refuse(403 if known else 401, "GatedRepo", f"Access to model {name} is restricted.")
        elif path not in repo.files:
            self.refuse(404, "EntryNotFound", "Entry not found")
        else:
            host = self.hub.endpoint.replace("127.0.0.1", "localhost") if is_large(path) else self.hub.endpoint
            self.send_answer(
                302,
                b"",
                {
                    "Location": f"{host}/cdn/{name}/{repo.commit}/{path}",
                    "X-Repo-Commit": repo.commit,
                    "X-Linked-Etag": f'"{hashlib.sha256(repo.files[path]).hexdigest()}"',
                    "X-Linked-Size": str(len(repo.files[path])),
                },
            )

    def cdn(self, name: str, commit: str, path: str) -> None:
        repo = self.hub.repos[name]
        if repo.ill.get(path, 0) > 0:
            repo.ill[path] -= 1
            self.refuse(503, "", "busy")
            return
        data = repo.files[path]
        if path in repo.garbled:
            data = bytes(255 - byte for byte in data)
        start = 0
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if match and not repo.ignores_range:
            start = int(match[1])
        body = data[start:]
        headers = {"ETag": f'"{commit}"', "Content-Length": str(len(body))}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        cuts = repo.cuts.get(path, [])
        cut = cuts.pop(0) if cuts else None
        self.send_answer(206 if start else 200, body if cut is None else body[:cut], headers)
        if cut is not None:
            self.close_connection = True

    def refuse(self, status: int, code: str, message: str) -> None:
        self.send_answer(status, b"", {"X-Error-Code": code, "X-Error-Message": message} if code else {})

    def send_json(self, data: Any, headers: dict[str, str] | None = None) -> None:
        self.send_answer(200, json.dumps(data).encode(), {"Content-Type": "application/json", **(headers or {})})

    def send_answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
