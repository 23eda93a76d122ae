"""Visit a served page as a browser does, without one: by the events that its script sends."""

import json
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

FILE = re.compile(r"file=([^'\"]+)")


class Visitor:
    """One open page. What an event needs beside what is given is what the page begins with."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = secrets.token_hex(6)
        self.http = httpx.Client(timeout=60)
        config = self.http.get(f"{url}config").json()
        self._props = {each["id"]: each["props"] for each in config["components"]}
        self._events = {each["api_name"]: each for each in config["dependencies"]}

    def upload(self, path: Path) -> dict[str, Any]:
        """Send a file; return what its field holds then."""
        with path.open("rb") as file:
            answer = self.http.post(f"{self.url}gradio_api/upload", files={"files": file})
        answer.raise_for_status()
        return {
            "path": answer.json()[0],
            "orig_name": path.name,
            "meta": {"_type": "gradio.FileData"},
        }

    def ask(self, event: str, *given: Any) -> list[Any]:
        """Send an event with its first values; return what comes back at its end.

        Raises: RuntimeError: it failed; the message is what the page says.
        """
        return list(self.follow(event, *given))[-1]

    def follow(self, event: str, *given: Any) -> Iterator[list[Any]]:
        """Send an event with its first values; yield what comes back, again and again.

        Raises: RuntimeError: it failed; the message is what the page says.
        """
        known = self._events[event]
        usual = [self._props[each].get("value") for each in known["inputs"]]
        sent = {
            "data": [*given, *usual[len(given) :]],
            "fn_index": known["id"],
            "session_hash": self.name,
        }
        self.http.post(f"{self.url}gradio_api/queue/join", json=sent).raise_for_status()
        data = f"{self.url}gradio_api/queue/data?session_hash={self.name}"
        with self.http.stream("GET", data) as stream:
            for line in stream.iter_lines():
                if not line.startswith("data:"):
                    continue
                message = json.loads(line[5:])
                output = message.get("output") or {}
                if message["msg"] == "process_completed":
                    if not message["success"]:
                        raise RuntimeError(output.get("error"))
                    yield output["data"]
                    return
                if message["msg"] == "process_generating":
                    yield output["data"]

    def file(self, path: str | Path) -> httpx.Response:
        """Ask for a file."""
        return self.http.get(f"{self.url}gradio_api/file={path}")


def paths_in(value: object) -> list[str]:
    """List the files that an answer names in addresses."""
    return [path.replace("\\/", "/") for path in FILE.findall(json.dumps(value))]
