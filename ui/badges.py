"""Which weights made each stage's picture."""

from collections.abc import Mapping

from pipeline.types import Painting, WeightUse
from pipeline.variants import SEGMENTERS
from pipeline.weights.catalog import CATALOG, PARSERS, SEEING, WITHOUT_COLOR, Role
from ui.words import later, say

# By stage: the roles of the networks that make its picture. A blend needs none.
MADE_BY: Mapping[str, tuple[Role, ...]] = {
    "paint": ("perceptual", "painter", "network_mood", "fast_style", "portrait_style"),
    "parse": (*SEEING, WITHOUT_COLOR, "detector"),
    "restore": ("restorer",),
    "segment": (*PARSERS, WITHOUT_COLOR, "promptable", "person"),
    "blend": (),
}


MAKES = {
    "paint": later("painted"), "parse": later("looked at"), "restore": later("restored"),
    "segment": later("outlined"), "blend": later("blended"),
}  # fmt: skip


def describe_makers(painting: Painting) -> str:
    """Say in a sentence which weights made which stage of a painting."""
    made = ((stage, badge_of(painting, stage)) for stage in MADE_BY)
    said = "; ".join(
        say("{stage} by {networks}", stage=MAKES[stage], networks=badge)
        for stage, badge in made
        if badge
    )
    return say("This painting: {made}.", made=said) if said else ""


def _role_of(use: WeightUse) -> Role | None:
    if use.name.startswith("styles/"):  # a file of a person's own
        return "portrait_style"
    return CATALOG[use.name].role if use.name in CATALOG else None


def badge_of(painting: Painting, stage: str) -> str:
    """Name the weights that made a stage's picture; unpinned are those whose hash nobody states."""
    roles = set(MADE_BY[stage])
    if not (painting.faces and SEGMENTERS[painting.settings.segment.segmenter].closer):
        roles.discard("close_parser")
    if not painting.faces:
        roles -= {"finder", "verifier"}  # they draw nothing, they say where a face is
    if stage == "segment" and not painting.faces:
        roles -= {"parser", WITHOUT_COLOR}  # only what a person points at or draws is kept
    uses = [use for use in painting.weights if _role_of(use) in roles]
    return ", ".join(f"{use.name} (unpinned)" if use.unpinned else use.name for use in uses)
