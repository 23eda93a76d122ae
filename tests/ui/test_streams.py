"""A browser's stream stays open, so that nothing that is asked for meanwhile is lost."""

import json
import queue
import threading
import time

import gradio as gr
import httpx
import pytest

from ui.guard import guarded

BROWSER, PROGRAM = "Mozilla/5.0 (X11; Linux x86_64)", "a program"


@pytest.fixture(scope="module")
def page():
    with gr.Blocks() as blocks:
        gr.Button().click(lambda: None, api_name="act")
    blocks.queue()
    _, url, _ = blocks.launch(
        prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", app_kwargs=guarded(),
        ssr_mode=False,
    )  # fmt: skip
    yield blocks, url
    blocks.close()


def ask(url, session):
    sent = {"data": [], "fn_index": 0, "session_hash": session}
    return httpx.post(f"{url}gradio_api/queue/join", json=sent).json()["event_id"]


def heard(url, session, agent, stop):
    """Return a queue of what a stream says, which a thread reads."""
    said = queue.Queue()

    def read():
        with httpx.stream(
            "GET", f"{url}gradio_api/queue/data", params={"session_hash": session},
            headers={"user-agent": agent}, timeout=30,
        ) as stream:  # fmt: skip
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    said.put(json.loads(line[5:]))
                if stop.is_set():
                    return
        said.put(None)

    threading.Thread(target=read, daemon=True).start()
    return said


def until_completed(said):
    while (message := said.get(timeout=20))["msg"] != "process_completed":
        pass
    return message["event_id"]


def test_a_browser_hears_of_a_second_event_by_the_stream_of_the_first(page):
    (blocks, url), stop = page, threading.Event()
    first = ask(url, "anna")
    said = heard(url, "anna", BROWSER, stop)
    assert until_completed(said) == first
    with pytest.raises(queue.Empty):  # nobody says that the stream ends
        said.get(timeout=1)
    second = ask(url, "anna")
    assert until_completed(said) == second
    assert kept_open(blocks)
    stop.set()
    ask(url, "anna")  # so that the reader reads once more, and goes
    until = time.monotonic() + 20
    while kept_open(blocks) and time.monotonic() < until:
        time.sleep(0.1)
    assert not kept_open(blocks)


def kept_open(blocks):
    awaited = blocks._queue.pending_event_ids_session.values()
    return [each for ids in awaited for each in ids if each.startswith("stream ")]


def test_a_programs_stream_ends_when_nothing_is_awaited(page):
    _, url = page
    ask(url, "bert")
    said = heard(url, "bert", PROGRAM, threading.Event())
    until_completed(said)
    assert said.get(timeout=20)["msg"] == "close_stream"
    assert said.get(timeout=20) is None
