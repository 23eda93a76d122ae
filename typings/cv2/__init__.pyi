# OpenCV's own stubs call every result "integer or floating", which fits no array we declare.
from typing import Any

def __getattr__(name: str) -> Any: ...
