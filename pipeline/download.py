"""Bring published files here: resumable, bounded in size, each failure told in one sentence."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

TIMEOUT_S = 10
CHUNK = 1 << 20
Received = Callable[[int, int | None], None]  # bytes so far, bytes in all where known


class SourceError(RuntimeError):
    """One source did not deliver; the message says why."""


def split_hub(source: str) -> tuple[str, str, str]:
    """Return (repository kind, repository, file) of `hf://[datasets/]OWNER/NAME/FILE`."""
    path = source.removeprefix("hf://")
    kind = "dataset" if path.startswith("datasets/") else "model"
    owner, name, file = path.removeprefix("datasets/").split("/", 2)
    return kind, f"{owner}/{name}", file


def find_in_hub_cache(source: str) -> Path | None:
    """Return where the Hub's own cache holds the file, without asking the network."""
    from huggingface_hub import try_to_load_from_cache

    kind, repo, file = split_hub(source)
    found = try_to_load_from_cache(repo, file, repo_type=kind)
    return Path(found) if isinstance(found, str) else None


def download_from_hub(source: str, limit: int) -> Path:
    """Download `hf://…` into the Hub's own cache.

    Raises: SourceError: it cannot be had, or is larger than `limit` bytes.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    kind, repo, file = split_hub(source)
    try:
        size = get_hf_file_metadata(hf_hub_url(repo, file, repo_type=kind), timeout=TIMEOUT_S).size
        _refuse_large(size, limit)
        return Path(hf_hub_download(repo, file, repo_type=kind, etag_timeout=TIMEOUT_S))
    except SourceError:
        raise
    except Exception as error:  # the Hub's client lets its HTTP library's errors through; whichever it was, the next source is tried
        raise SourceError(_sentence(error)) from error


def download(url: str, part: Path, limit: int, received: Received | None = None) -> None:
    """Stream `url` into `part`, going on where an earlier attempt stopped.

    Raises: SourceError: unreachable, refused, cut short (`part` is kept to go on from), or larger than `limit` bytes.
    """
    start = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
            start = start if response.status == http.HTTPStatus.PARTIAL_CONTENT else 0
            length = response.headers.get("Content-Length")
            total = start + int(length) if length else None
            _refuse_large(total, limit)
            _store(response, part, start, total, limit, received)
    except SourceError:
        raise
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.unlink()  # more is here than the source has: begin anew next time
        raise SourceError(_sentence(error)) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SourceError(_sentence(error)) from error


def _store(response: http.client.HTTPResponse, part: Path, start: int, total: int | None, limit: int, received: Received | None) -> None:
    done = start
    with part.open("ab" if start else "wb") as file:
        while chunk := response.read(CHUNK):
            done += len(chunk)
            if done > limit:
                file.close()
                part.unlink()
                _refuse_large(done, limit)
            file.write(chunk)
            if received:
                received(done, total)
    if total is not None and done < total:
        raise SourceError(f"it stopped after {done} of {total} bytes; the next attempt goes on from there")


def _refuse_large(size: int | None, limit: int) -> None:
    if size is not None and size > limit:
        raise SourceError(f"it is {size} bytes, more than the {limit} expected")


def _sentence(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
