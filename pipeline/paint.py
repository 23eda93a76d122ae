"""The composition: paint the scene, restore and keep the face, blend the two."""

from pipeline.runtime.models import Models
from pipeline.settings import Settings, options
from pipeline.stages.parse import in_photo
from pipeline.steps.blend import blend
from pipeline.steps.detect import detect, lying
from pipeline.steps.likeness import likenesses
from pipeline.steps.prepare import prepared
from pipeline.steps.proportions import proportioned
from pipeline.steps.restore import restore
from pipeline.steps.run import Cache, Run, RunCache, ignore
from pipeline.steps.segment import segment
from pipeline.steps.stylize import stylize
from pipeline.types import Painting, Photo, Prompt, Report, StageName

NO_PROMPT = Prompt()
NO_FACE = "No face was found, so the whole picture is painted."
LYING = (
    "This photo seems to lie on its side. Turn it upright by Turn (in Turn, crop, paper and size): "
    "{name}."
)
TURNS = next(option.named for option in options() if option.flag == "turn")
SMALL_PX = 128  # long side below which little of a face can be seen
SMALL = (
    "This photo has only {w} x {h} pixels, too few to know a face by; a larger one is painted far "
    "better."
)
NO_FACE_POINTED = "No face was found, so only what you point at or draw is kept."


def paint(
    photo: Photo, settings: Settings | None = None, *, models: Models, prompt: Prompt = NO_PROMPT,
    report: Report = ignore, cache: Cache | None = None, cached: frozenset[StageName] = frozenset(),
) -> Painting:  # fmt: skip
    """Paint a photo with the person's own face in it; the painting's photo is what was framed.

    `prompt`: what else is kept, or not, of the photo as it is framed and proportioned, how far
    which of its faces is restored, and which pictures it is painted like. Stages whose choices did
    not change come from `cache`; those in `cached` must. A stage that does not run says why in
    `Painting.skipped`.

    Raises: WeightError: the weights that the settings ask for are not at hand. PromptError: the
    prompt points outside the photo, or has no style where one is wanted. PhotoError: the frame
    leaves too little of the photo. Cancelled: `report` raised it. NotCachedError: a stage in
    `cached` would have to run.
    Source: Lai 2024, "Exploiting Human Face Segmentation for Improving Portrait Image Style
    Transfer", figure 1.
    """
    run = Run(photo, settings or Settings(), models, Prompt(), report, cache or RunCache(), cached)
    run = run.framed()
    prompt.check(run.photo.size)
    run.prompt = prompt.resized(run.photo.size, run.original.value.shape[:2])

    bare, run = run, prepared(run)
    before, found = run, detect(run)
    run, seen = proportioned(before, found)
    photo, original = run.photo, run.original.value
    scene, painted = stylize(run, seen)
    restored = restore(run, seen)
    outline = segment(run, seen, restored)
    result, alpha = blend(run, scene, restored, outline, seen)

    faces, made = seen.value.faces, restored.value
    hints = [] if faces else [NO_FACE_POINTED if prompt.correcting else NO_FACE]
    height, width = bare.photo.size
    if max(height, width) < SMALL_PX:
        hints.append(SMALL.format(w=width, h=height))
    turn = lying(before, found.value.faces)
    upright = (turn + int(run.settings.frame.turn)) % 360 if turn else None
    if upright is not None:
        hints.append(LYING.format(name=TURNS[str(upright)]))
    return Painting(
        photo=photo, settings=run.settings, original=original, result=result, alpha=alpha,
        styled=scene.value.styled, painted=painted, restored=made.picture, share=made.share,
        plans=made.plans, parse=outline.value.labels, mask=outline.value.mask,
        faces=tuple(in_photo(face, photo.size[0] / original.shape[0]) for face in faces),
        seconds=run.seconds, weights=tuple(run.used), skipped=run.skipped,
        hints=(*run.hints, *hints), prompt=prompt,
        likeness=likenesses(before, found, result, seen.value),
        own=None if run is bare else bare.original.value, upright=upright,
    )  # fmt: skip
