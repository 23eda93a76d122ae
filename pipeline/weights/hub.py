"""Fetch files of the Hugging Face Hub by its own client, into its own cache.

Time-outs are the client's: $HF_HUB_ETAG_TIMEOUT for the first answer, $HF_HUB_DOWNLOAD_TIMEOUT for
each part of a file.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.weights.http import Received, SourceError, refuse_large, sentence, when_full

if TYPE_CHECKING:
    from tqdm import tqdm

SHA256 = re.compile(r"[0-9a-f]{64}")


def find_in_hub_cache(source: str) -> Path | None:
    """Locate a file in the Hub's cache without network access; None where it is not there."""
    from huggingface_hub import parse_hf_uri, try_to_load_from_cache

    uri = parse_hf_uri(source)
    found = try_to_load_from_cache(
        uri.id, uri.path_in_repo, repo_type=uri.type, revision=uri.revision
    )
    return Path(found) if isinstance(found, str) else None


def download_from_hub(
    source: str, limit: int, sha256: str | None = None, received: Received | None = None
) -> Path:
    """Download `hf://REPOSITORY@REVISION/FILE` into the Hub's cache, unless it is there already.

    The client resumes an interrupted download several times. A download whose process was killed
    starts over.

    Raises: SourceError: the file is unavailable, has more than `limit` bytes, or has another hash
    than `sha256` by the Hub's own statement. OSError: the disk is full.
    """
    from huggingface_hub import (
        constants,
        get_hf_file_metadata,
        hf_hub_download,
        hf_hub_url,
        parse_hf_uri,
    )

    uri = parse_hf_uri(source)
    place = {
        "repo_id": uri.id,
        "filename": uri.path_in_repo,
        "repo_type": uri.type,
        "revision": uri.revision,
    }
    patience_s = constants.HF_HUB_ETAG_TIMEOUT
    try:
        # Ask first: the client itself would retry an unreachable Hub for a minute.
        about = get_hf_file_metadata(hf_hub_url(**place), timeout=patience_s)
        refuse_large(about.size, limit)
        # The etag of a large file is its sha256.
        if sha256 and SHA256.fullmatch(about.etag or "") and about.etag != sha256:
            raise SourceError(f"sha256 {sha256} was wanted, it has {about.etag}")
        file = Path(
            hf_hub_download(**place, etag_timeout=patience_s, tqdm_class=_reporting(received))
        )
    except SourceError:
        raise
    # The client lets its HTTP library's errors through. After any of them the next source is tried.
    except Exception as error:
        when_full(error)
        raise SourceError(sentence(error)) from error
    _tidy(file)
    return file


def discard(file: Path) -> None:
    """Delete a file; where it is a link, as in the Hub's cache, also the files it leads to."""
    while file.is_symlink():
        link, file = file, file.parent / file.readlink()
        link.unlink()
    file.unlink(missing_ok=True)


def _tidy(file: Path) -> None:
    """Delete what killed downloads of this file left: the Hub's client never resumes them."""
    blob = file.parent / file.readlink() if file.is_symlink() else file
    for rest in blob.parent.glob(f"{blob.name}.*.incomplete"):
        rest.unlink(missing_ok=True)


def _reporting(received: Received | None) -> "type[tqdm]":
    """Make a progress bar class for the Hub's client that draws nothing and calls `received`."""
    from tqdm import tqdm

    class Reporting(tqdm):
        def __init__(self, *args: object, **options: object) -> None:
            positional: Any = args
            silent: Any = {**options, "disable": True}
            super().__init__(*positional, **silent)

        def update(self, n: float | None = 1) -> None:
            self.n += n or 0
            if received:
                received(int(self.n), None if self.total is None else int(self.total))

        # The client counts bytes on the network and bytes on the disk. Where a bar has these two
        # methods, the former go to them, and `update` gets only the latter.
        def update_transfer(self, n: float) -> None: ...

        def set_transfer_postfix_str(self, text: str, *, refresh: bool = True) -> None: ...

    return Reporting
