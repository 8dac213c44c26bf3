"""The model hub: which files a repository holds at a commit, and fetching one of them whole. Knows no catalogue.

huggingface_hub does the talking (imported on first use): HF_ENDPOINT names a mirror, HF_TOKEN or `hf auth login` the
reader, HF_HUB_OFFLINE=1 forbids it. Fetching adds what a person with a slow line needs: a partial file survives the
process, so that the next try, or the next run, goes on where the last one stopped."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Generator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from models.catalogue import COMMIT
from models.weights import check_path, file_sha256

DEFAULT_ENDPOINT = "https://huggingface.co"
MOST_FILES = 5_000
TIMEOUT = 30.0
"""Seconds without a byte after which a connection counts as cut."""
TRIES = 5
"""How often in a row a file may fail without one new byte."""


@dataclass(frozen=True)
class HubFile:
    """A file of a repository: bytes, and what they must be: the sha256 of large files, git's own blob hash of small ones."""

    path: str
    bytes: int
    sha256: str | None
    blob: str


class _Broken(Exception):
    """An answer of another length than it should have."""


def endpoint() -> str:
    return os.environ.get("HF_ENDPOINT", DEFAULT_ENDPOINT).rstrip("/")


def is_offline() -> bool:
    asked = os.environ.get("HF_HUB_OFFLINE") or os.environ.get("TRANSFORMERS_OFFLINE") or ""
    return asked.upper() in ("1", "ON", "YES", "TRUE")


def files_of(repo: str, revision: str) -> tuple[str, list[HubFile]]:
    """The commit that a revision means, and all its files. ValueError, one line, when the hub does not tell."""
    with _in_words(repo, revision):
        api = _api()
        commit = str(api.repo_info(repo, revision=revision).sha)
        if COMMIT.fullmatch(commit) is None or (COMMIT.fullmatch(revision) and commit != revision):
            raise ValueError(f"{endpoint()} answers for {repo} with another commit than {revision}: {commit[:60]!r}")
        found: list[HubFile] = []
        for item in api.list_repo_tree(repo, recursive=True, revision=commit):
            if not hasattr(item, "blob_id"):  # a folder
                continue
            check_path(item.path)
            found.append(HubFile(item.path, int(item.size), item.lfs.sha256 if item.lfs else None, str(item.blob_id)))
            if len(found) > MOST_FILES:
                raise ValueError(f"{repo} has more than {MOST_FILES:,} files")
    return commit, found


def fetch(repo: str, commit: str, file: HubFile, target: Path, part: Path) -> str:
    """The file at `target`, whole and as the hub says it is; its sha256. `part` holds what came so far.

    Cut connections are resumed, at most TRIES times in a row without a new byte. ValueError otherwise; a file with wrong
    bytes is removed."""
    part.parent.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _in_words(repo, commit):
        _resume(repo, commit, file, part)
    digest = right_digest(file, part)
    if digest is None:
        digest = file_sha256(part)
        part.unlink()
        raise ValueError(
            f"{file.path} of {repo} came with wrong bytes (sha256 {digest[:12]}..., the hub says "
            f"{(file.sha256 or file.blob)[:12]}...): it was removed; pull again, or ask {endpoint()} what is wrong"
        )
    part.replace(target)
    return digest


def right_digest(file: HubFile, path: Path) -> str | None:
    """The sha256 of a file on disk, when it is what the hub says; else None."""
    if path.stat().st_size != file.bytes:
        return None
    digest = file_sha256(path)
    right = digest == file.sha256 if file.sha256 else _blob_hash(path) == file.blob
    return digest if right else None


def _resume(repo: str, commit: str, file: HubFile, part: Path) -> None:
    """Asks for the missing bytes until they are here, or nothing new came for TRIES times."""
    httpx2 = import_module("httpx2")
    failed = 0
    while True:
        had = part.stat().st_size if part.exists() else 0
        try:
            _get(repo, commit, file, part, had)
            return
        except (httpx2.HTTPError, _Broken) as error:
            failed = 0 if part.exists() and part.stat().st_size > had else failed + 1
            if failed >= TRIES or _is_final(error):
                raise
            _pause(failed)


def _get(repo: str, commit: str, file: HubFile, part: Path, had: int) -> None:
    """One request for the missing bytes; each piece is on disk before the next is read, so that a cut loses none."""
    if had == file.bytes and part.exists():
        return
    tools = _hub().utils
    # identity: a compressed answer cannot be resumed. The token goes no further than the hub: redirects drop it.
    headers = {**tools.build_hf_headers(library_name="cliffhanger"), "Accept-Encoding": "identity"}
    url = _hub().hf_hub_url(repo, file.path, revision=commit, endpoint=endpoint())
    ask = {"Range": f"bytes={had}-"} if had else {}
    with (
        tools.get_session().stream("GET", url, headers={**headers, **ask}, timeout=TIMEOUT) as answer,
        part.open("ab") as out,
    ):
        tools.hf_raise_for_status(answer)
        if had and answer.status_code != 206:  # the range was ignored: this is the whole file again
            out.truncate(0)
            had = 0
        with tools.tqdm(desc=file.path, total=file.bytes, initial=had, unit="B", unit_scale=True, disable=None) as bar:
            for piece in answer.iter_bytes():
                had += len(piece)
                if had > file.bytes:
                    raise _Broken(f"{file.path} is longer than the {file.bytes:,} bytes that the hub says")
                out.write(piece)
                bar.update(len(piece))
        out.flush()
        os.fsync(out.fileno())
    if had != file.bytes:
        raise _Broken(f"{file.path} ended after {had:,} of {file.bytes:,} bytes")


def _pause(failed: int) -> None:
    time.sleep(min(8.0, 2.0**failed))


def _is_final(error: Exception) -> bool:
    """Whether asking again is useless: the hub has answered, and it was neither busy nor ill."""
    answer = getattr(error, "response", None)
    return answer is not None and answer.status_code < 500 and answer.status_code not in (408, 429)


def _blob_hash(path: Path) -> str:
    """What git calls these bytes: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects"""
    digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _hub() -> Any:
    """huggingface_hub, told to say nothing of this machine: with telemetry on it would also look up who calls it."""
    for part in ("errors", "utils", "constants"):
        import_module(f"huggingface_hub.{part}")  # by name: the engine starts without it
    huggingface_hub = import_module("huggingface_hub")
    huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY = True
    return huggingface_hub


def _api() -> Any:
    if is_offline():
        raise ValueError(
            "HF_HUB_OFFLINE is set: nothing is downloaded; unset it, or copy the weights from another machine"
        )
    return _hub().HfApi(endpoint=endpoint(), library_name="cliffhanger")


@contextlib.contextmanager
def _in_words(repo: str, revision: str) -> Generator[None, None, None]:
    """What the hub and the network can answer, each as one line that says what to do."""
    errors, httpx2 = _hub().errors, import_module("httpx2")
    try:
        yield
    except errors.GatedRepoError as error:
        raise ValueError(
            f"{repo} is gated: accept its terms at {DEFAULT_ENDPOINT}/{repo}, then log in with `hf auth login` or set HF_TOKEN"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise ValueError(
            f"{endpoint()} shows no {repo}: it is gone, or it is gated (accept its terms at {DEFAULT_ENDPOINT}/{repo}, then "
            "log in with `hf auth login` or set HF_TOKEN)"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise ValueError(f"{repo} has no revision {revision} at {endpoint()}") from error
    except errors.EntryNotFoundError as error:
        raise ValueError(f"{repo} at {revision} lacks a file that it lists: {_first_line(error)}") from error
    except errors.HfHubHTTPError as error:
        status = getattr(error.response, "status_code", "")
        raise ValueError(f"{endpoint()} answers {status} for {repo}: {_first_line(error)}") from error
    except (httpx2.HTTPError, _Broken) as error:
        raise ValueError(
            f"cannot fetch {repo} from {endpoint()} ({_first_line(error)}): what came is kept, run the same command to go "
            "on; HF_ENDPOINT names a mirror"
        ) from error


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:200] if lines else type(error).__name__
