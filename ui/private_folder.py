"""Where the page's files are; it has to be said before Gradio is loaded."""

import atexit
import os
import shutil
import signal
import sys
import tempfile


def use_private_folder() -> None:
    """Keep uploads and previews in a folder that only this process's user can read.

    It goes when the program ends.
    """
    if "GRADIO_TEMP_DIR" not in os.environ:
        os.environ["GRADIO_TEMP_DIR"] = folder = tempfile.mkdtemp(prefix="portraits-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
