"""The ways to find faces."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.runtime import Loaded
from pipeline.settings import Detector as Name
from pipeline.stages.detect import Seen, see
from pipeline.stages.find import find
from pipeline.stages.parse import Parser
from pipeline.types import Image


@dataclass(frozen=True)
class Detector:
    """One way to find faces.

    `see`: photo, the parser, and the detector's own network to what is seen. `network`: the catalog's name of that network; None: it
    needs only the parser.
    """

    see: Callable[[Image, Parser, Loaded | None], Seen]
    network: str | None = None


def by_parser(photo: Image, parser: Parser, finder: Loaded | None) -> Seen:
    """Return what the parser sees, whose eyes and mouths are the faces."""
    del finder
    return see(photo, parser)


def by_finder(photo: Image, parser: Parser, finder: Loaded | None) -> Seen:
    """Return what the parser sees where a detector network finds faces."""
    if finder is None:
        raise ValueError("A network that finds faces is needed.")
    return find(photo, finder.run, parser)


DETECTORS: dict[Name, Detector] = {
    "parse": Detector(by_parser),
    "retinaface_resnet50": Detector(by_finder, "retinaface_resnet50"),
    "retinaface_mobilenet": Detector(by_finder, "retinaface_mobilenet"),
}
