"""What the page does once it is up: unasked it fetches nothing, and changes nobody's work."""

import sys
import threading
import time

import huggingface_hub.constants as constants
import pytest

import app
import pipeline.runtime.build as networks
import pipeline.runtime.models as runtime
import pipeline.weights.resolve as weights
import ui.startup as startup
from pipeline.runtime.models import Models
from pipeline.weights.catalog import CATALOG
from pipeline.weights.fetch import fetch
from tests.hub import entry_of
from ui.service import PaintService
from ui.status import StatusLine

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def published(hub, data, monkeypatch):
    """Publish a pinned restorer and an unpinned painter; return both by name."""
    entries = (
        entry_of(data, name="restorer", role="restorer"),
        entry_of(data, hub.plain, name="painter", sha256=None),
    )
    embedded = {name: entry for name, entry in CATALOG.items() if entry.embedded}
    monkeypatch.setattr(
        weights, "CATALOG", {**embedded, **{entry.name: entry for entry in entries}}
    )
    monkeypatch.setitem(networks.NETS, "restorer", "cyclegan.Generator")
    monkeypatch.setattr(runtime, "compile_openvino", lambda verified: lambda *batch: batch[0])
    monkeypatch.setattr(startup, "EXAMPLES", ())
    return {entry.name: entry for entry in entries}


def service_of(policy="auto"):
    """Return a page that paints nothing, with the networks of that policy."""
    service = PaintService(paint=lambda *_, **__: None, weights=policy)
    service._models = Models("cpu", here=service.here, arriving=service.line.arriving)
    return service


@pytest.mark.parametrize("policy", ["embedded", "auto"])
def test_nothing_is_fetched_unasked(hub, published, policy):
    service = service_of(policy)
    startup.prepare(service, policy)
    assert hub.asked == []
    line, settled = service.line.read()
    assert "monet_light (embedded)" in line
    assert settled


def test_full_fetches_what_is_pinned_and_says_how_to_use_it(hub, published):
    service = service_of("full")
    startup.prepare(service, "full")
    assert weights.find(published["restorer"])
    assert not weights.find(published["painter"])
    assert hub.given == [""]
    line, settled = service.line.read()
    assert (
        "restorer is here now: choose the weights Full, under Fine-tune, to paint with it." in line
    )
    assert "Full also fetches painter, which is unpinned" in line
    assert settled


def test_what_arrives_is_taken_only_where_it_is_chosen(published):
    service = service_of("full")
    models = service.pipeline()[1]
    for _ in range(2):
        assert models.load("restorer", "auto").use.name == "restorer_light"
        startup.prepare(service, "full")
    assert models.load("restorer", "full").use.name == "restorer"
    assert service_of("auto").pipeline()[1].load("restorer", "auto").use.name == "restorer", (
        "after the next start"
    )


def test_a_published_painter_that_arrives_does_not_replace_the_one_at_work(published):
    models = Models("cpu")
    before = models.load("painter", "auto")
    fetch(published["painter"])
    assert models.load("painter", "auto") is before
    use = models.load("painter", "full").use
    assert (use.name, use.unpinned) == ("painter", True)


def test_under_embedded_nothing_published_is_taken_even_where_it_is_here(published):
    fetch(published["painter"])
    assert service_of("embedded").pipeline()[1].load("painter", "auto").use.name == "monet_light"
    assert service_of("auto").pipeline()[1].load("painter", "auto").use.name == "painter"


def test_the_status_line_tells_how_far_a_download_is(hub, published, monkeypatch):
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1 << 18)
    hub.trouble["bytes"] = ["stall"]
    service = service_of("full")
    work = threading.Thread(target=startup.prepare, args=(service, "full"))
    work.start()
    assert hub.stalled.wait(60)
    while "Fetching restorer: 1 MB of 3." not in service.line.read()[0]:
        assert work.is_alive()
        time.sleep(0.01)
    assert service.line.read()[1] is False
    hub.go_on.set()
    work.join()
    assert service.line.read()[1] is True
    assert "Fetching" not in service.line.read()[0]


def test_without_a_network_the_page_is_ready_and_says_what_is_missing(hub, published):
    hub.trouble["about"] = [500]
    service = service_of("full")
    startup.prepare(service, "full")
    line, settled = service.line.read()
    assert "restorer could not be fetched, so painting goes on without it." in line
    assert settled
    assert service.pipeline()[1].load("painter", "auto").use.name == "monet_light"


def test_offline_is_respected(hub, published, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    service = service_of("full")
    startup.prepare(service, "full")
    assert hub.asked == []
    assert "HF_HUB_OFFLINE is set, so nothing is fetched." in service.line.read()[0]


def test_the_line_says_bytes_while_somebody_waits_for_them():
    line = StatusLine()
    line.say("Weights: a.", settled=True)
    with line.working():
        assert line.read() == ("Weights: a.", False)
        line.arriving("net", 3_400_000, 349_000_000)
        assert line.read() == ("Weights: a. Fetching net: 3 MB of 349.", False)
        line.arriving("net", 5, None)
        assert "0 MB." in line.read()[0]
        line.arriving("net", 5, 5)
        assert line.read()[0] == "Weights: a. Making net ready."
    assert line.read() == ("Weights: a.", True)


# The flag


@pytest.fixture
def began(monkeypatch):
    """Begin the page without serving it; return the policies that it began with."""
    policies = []
    monkeypatch.setattr(app.gr.Blocks, "launch", lambda *_, **__: (None, "http://localhost", None))
    monkeypatch.setattr(app.gr.Blocks, "block_thread", lambda *_: None)
    monkeypatch.setattr(app.startup, "start", lambda service, policy, kept: policies.append(policy))
    monkeypatch.delenv(app.POLICY, raising=False)
    return policies


@pytest.mark.parametrize(
    ("flags", "variable", "policy"),
    [
        ([], None, "auto"),
        ([], "full", "full"),
        ([], "", "auto"),
        (["--weights", "embedded"], "full", "embedded"),
    ],
)
def test_the_policy_comes_from_the_flag_or_else_from_the_environment(
    began, monkeypatch, flags, variable, policy
):
    monkeypatch.setattr(sys, "argv", ["app.py", *flags])
    if variable is not None:
        monkeypatch.setenv(app.POLICY, variable)
    app.main()
    assert began == [policy]


@pytest.mark.parametrize("variable", [True, False], ids=["variable", "flag"])
def test_a_policy_that_is_none_is_refused_with_those_that_there_are(
    began, monkeypatch, capsys, variable
):
    monkeypatch.setattr(sys, "argv", ["app.py"] if variable else ["app.py", "--weights", "best"])
    if variable:
        monkeypatch.setenv(app.POLICY, "best")
    with pytest.raises(SystemExit):
        app.main()
    assert "weights is one of auto, embedded, full, not 'best'" in capsys.readouterr().err
    assert began == []
