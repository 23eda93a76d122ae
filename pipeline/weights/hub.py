"""Files on the Hugging Face Hub, by its own client, in its own cache.

Time-outs are the client's: $HF_HUB_ETAG_TIMEOUT for the first answer, $HF_HUB_DOWNLOAD_TIMEOUT for each part of a file.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.weights.http import Received, SourceError, refuse_large, sentence, when_full

if TYPE_CHECKING:
    from tqdm import tqdm

SHA256 = re.compile(r"[0-9a-f]{64}")


def find_in_hub_cache(source: str) -> Path | None:
    """Return where the Hub's cache holds the file, without asking the network."""
    from huggingface_hub import parse_hf_uri, try_to_load_from_cache

    uri = parse_hf_uri(source)
    found = try_to_load_from_cache(
        uri.id, uri.path_in_repo, repo_type=uri.type, revision=uri.revision
    )
    return Path(found) if isinstance(found, str) else None


def download_from_hub(
    source: str, limit: int, sha256: str | None = None, received: Received | None = None
) -> Path:
    """Download `hf://REPOSITORY@REVISION/FILE` into the Hub's cache; what is there already is not downloaded again.

    A download that is cut goes on where it stopped, several times; one whose process was killed begins anew.

    Raises: SourceError: it cannot be had, is larger than `limit` bytes, or is by the Hub's own word not the file of that `sha256`.
    OSError: the disk is full.
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
        # Asked beforehand because the client itself would try a Hub that is away again and again, for a minute.
        about = get_hf_file_metadata(hf_hub_url(**place), timeout=patience_s)
        refuse_large(about.size, limit)
        if (
            sha256 and SHA256.fullmatch(about.etag or "") and about.etag != sha256
        ):  # a large file's tag is its hash
            raise SourceError(f"sha256 {sha256} was wanted, it has {about.etag}")
        file = Path(
            hf_hub_download(**place, etag_timeout=patience_s, tqdm_class=_telling(received))
        )
    except SourceError:
        raise
    except Exception as error:  # the client lets its HTTP library's errors through; whichever it was, the next source is tried
        when_full(error)
        raise SourceError(sentence(error)) from error
    _tidy(file)
    return file


def discard(file: Path) -> None:
    """Delete a file, and where it is a link, as in the Hub's cache, all that it leads to."""
    while file.is_symlink():
        link, file = file, file.parent / file.readlink()
        link.unlink()
    file.unlink(missing_ok=True)


def _tidy(file: Path) -> None:
    """Delete what killed downloads of this file left in the Hub's cache: its client never takes them up again."""
    blob = file.parent / file.readlink() if file.is_symlink() else file
    for rest in blob.parent.glob(f"{blob.name}.*.incomplete"):
        rest.unlink(missing_ok=True)


def _telling(received: Received | None) -> "type[tqdm]":
    """Return a progress bar for the Hub's client that draws nothing and passes on how far the file is."""
    from tqdm import tqdm

    class Telling(tqdm):
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **{**options, "disable": True})  # pyright: ignore[reportArgumentType, reportCallIssue] - passed through

        def update(self, n: float | None = 1) -> None:
            self.n += n or 0
            if received:
                received(int(self.n), None if self.total is None else int(self.total))

        # The client counts what crosses the network beside what is written; having these, the bar is told of both and shows the latter.
        def update_transfer(self, n: float) -> None: ...

        def set_transfer_postfix_str(self, text: str, *, refresh: bool = True) -> None: ...

    return Telling
