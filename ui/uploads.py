"""What Gradio does with files that visitors name, made stricter; it has no settings for it.

Tests say whether a new version of Gradio still does it by these names.
"""

import secrets
from pathlib import Path
from typing import Any

from gradio import processing_utils, route_utils
from gradio.exceptions import InvalidPathError

from ui.errors import refusal
from ui.words import later

NO_ADDRESS = later("Wanted a file, found an address; upload the file itself.")
NOT_YOURS = later("Wanted a file that was uploaded here, found another; upload it.")
_allowed = processing_utils._check_allowed
_Upload = route_utils.GradioUploadFile


class UnguessableUpload(_Upload):
    """An upload that is kept under a name that nobody can guess who has the same file.

    Gradio names its folder by a hash of its content.
    """

    def __init__(self, *args: Any, **how: Any) -> None:  # noqa: ANN401 - Gradio's
        super().__init__(*args, **how)
        self.sha.update(secrets.token_bytes(32))


def make_strict() -> None:
    """Keep each upload under a name of its own, fetch no address, and say so in a sentence."""
    route_utils.GradioUploadFile = UnguessableUpload
    processing_utils.hash_seed = secrets.token_bytes(32)  # of names by content: another each start
    processing_utils.async_ssrf_protected_download = _refuse_address
    processing_utils.ssrf_protected_download = _refuse_address_now
    processing_utils.save_url_to_cache = _refuse_address_now
    processing_utils._check_allowed = _check_allowed


async def _refuse_address(url: str, cache_dir: str) -> str:
    raise refusal(str(NO_ADDRESS))


def _refuse_address_now(url: str, cache_dir: str) -> str:
    raise refusal(str(NO_ADDRESS))


def _check_allowed(path: str | Path, check_in_upload_folder: bool) -> None:
    try:
        _allowed(path, check_in_upload_folder)
    except (InvalidPathError, ValueError) as error:
        if not check_in_upload_folder:
            raise
        raise refusal(str(NOT_YOURS)) from error
