"""Download published files from URLs: resumable, bounded in size, one sentence per failure."""

import errno
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

CHUNK = 1 << 20
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
Received = Callable[[int, int | None], None]  # bytes so far, bytes in all where known


class SourceError(RuntimeError):
    """One source did not deliver; the message says why."""


def download(url: str, part: Path, limit: int, received: Received | None = None) -> None:
    """Stream `url` into `part`, and resume where an earlier attempt stopped.

    A part to which the source has nothing to add stays as it is; whoever verifies it finds out.

    Raises: SourceError: the source is unreachable, refuses, stops early (`part` stays for the next
    attempt), or has more than `limit` bytes. OSError: the disk is full (`part` is deleted).
    """
    from huggingface_hub.constants import HF_HUB_DOWNLOAD_TIMEOUT  # one setting for all sources

    start = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        with urllib.request.urlopen(request, timeout=HF_HUB_DOWNLOAD_TIMEOUT) as response:
            start = start if response.status == http.HTTPStatus.PARTIAL_CONTENT else 0
            length = response.headers.get("Content-Length")
            total = start + int(length) if length else None
            refuse_large(total, limit)
            _write_chunks(response, part, start, total, limit, received)
    except SourceError:
        raise
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            whole = f"bytes */{start}"
            if error.headers.get("Content-Range", whole) == whole:
                return  # all of it is here: an earlier run ended before it was verified
            part.unlink()  # it is longer than the source's file: the next attempt starts over
        raise SourceError(sentence(error)) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        when_full(error, part)
        raise SourceError(sentence(error)) from error


def _write_chunks(
    response: http.client.HTTPResponse,
    part: Path,
    start: int,
    total: int | None,
    limit: int,
    received: Received | None,
) -> None:
    done = start
    with part.open("ab" if start else "wb") as file:
        while chunk := response.read(CHUNK):
            done += len(chunk)
            if done > limit:
                file.close()
                part.unlink()
                refuse_large(done, limit)
            file.write(chunk)
            if received:
                received(done, total)
    if total is not None and done < total:
        raise SourceError(
            f"it stopped after {done} of {total} bytes; the next attempt goes on from there"
        )


def refuse_large(size: int | None, limit: int) -> None:
    """Refuse a file of more than `limit` bytes.

    Raises: SourceError.
    """
    if size is not None and size > limit:
        raise SourceError(f"it is {size} bytes, more than the {limit} that are accepted")


def when_full(error: Exception, *parts: Path) -> None:
    """Delete `parts` and raise the error where it says that the disk is full; else do nothing.

    No other source helps against a full disk.

    Raises: OSError: the disk is full.
    """
    if isinstance(error, OSError) and error.errno in FULL:
        for part in parts:
            part.unlink(missing_ok=True)
        raise error


def sentence(error: Exception) -> str:
    """Name an error's class and the first line of its message."""
    return f"{type(error).__name__}: {error}".splitlines()[0]
