"""Every segmenter, and what prompts do to the kept region; networks are plain arithmetic."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from pipeline.paint import paint
from pipeline.settings import Settings, options
from pipeline.stages.segment.clicks import correct, select
from pipeline.stages.segment.sam import Embedding
from pipeline.steps.segment import NOT_THERE, POINTER
from pipeline.types import Prompt, PromptError, WeightUse
from pipeline.variants import SEGMENTERS
from pipeline.weights.catalog import CATALOG, WeightError
from tests.prompting import Promptable
from tests.test_paint import PlainModels, Remembering, photo_of

pytestmark = pytest.mark.usefixtures("small_strokes")

SAMS = [name for name, segmenter in SEGMENTERS.items() if segmenter.promptable]
FCNS = [name for name, segmenter in SEGMENTERS.items() if segmenter.persons_only]
FACE, HAND = (100, 100, 50), (200, 220, 24)  # discs in a photo of 256 x 256


class Models(PlainModels):
    """Plain networks, and by name a promptable one or one that knows persons."""

    def __init__(self, *discs, face=True):
        super().__init__(face=face)
        self.discs, self.made = discs, {}

    def named(self, name, policy):
        if name not in SAMS:
            return SimpleNamespace(
                run=self.persons,
                use=WeightUse(name, "2" * 64),
                entry=SimpleNamespace(name=name),
                prompt=None,
            )
        return self.made.setdefault(name, Promptable(*self.discs, name=name))

    @staticmethod
    def persons(batch):
        return np.ones((1, 1, *batch.shape[2:]), np.float32)


def painted(*discs, prompt=None, face=True, cache=None, models=None, **flat):
    """Paint by the network, which is quick: it is told what is kept, whoever paints the rest."""
    return paint(
        photo_of(256, 256),
        Settings.from_flat(**{"painter": "network", **flat}),
        models=models or Models(*discs, face=face),
        prompt=prompt or Prompt(),
        cache=cache,
    )


def disc(x, y, radius):
    ys, xs = np.mgrid[:256, :256]
    return np.hypot(xs - x, ys - y) < radius


def test_every_choice_is_a_segmenter_and_its_network_is_listed():
    option = next(option for option in options() if option.flag == "segmenter")
    assert set(SEGMENTERS) == set(option.choices)
    for segmenter in SEGMENTERS.values():
        if segmenter.network and segmenter.network != POINTER:
            assert CATALOG[segmenter.network].role == (
                "promptable" if segmenter.promptable else "person"
            )


@pytest.mark.parametrize("name", SEGMENTERS)
def test_every_segmenter_keeps_a_face(name):
    painting = painted((128, 128, 70), segmenter=name)
    assert painting.mask is not None
    assert painting.mask[128, 128] > 0.9
    assert (name in {use.name for use in painting.weights}) == (
        SEGMENTERS[name].network is not None
    )


@pytest.mark.parametrize("name", SAMS)
def test_a_promptable_network_is_shown_each_face_with_eyes_and_mouth(name):
    models = Models((128, 105, 48))
    painting = painted(models=models, segmenter=name)
    points, kinds, mask = models.made[name].asked[0]
    assert kinds.tolist() == [1, 1, 1, 2, 3]
    assert mask is None
    (x0, y0), (x1, y1) = points[3:]
    assert all(x0 < x < x1 and y0 < y < y1 for x, y in points[:3])
    assert painting.mask is not None
    assert (painting.mask > 0.5)[disc(128, 105, 44)].all()
    assert not (painting.mask > 0.5)[~disc(128, 105, 54)].any(), "more than the network sees"


@pytest.mark.parametrize("name", FCNS)
@pytest.mark.parametrize("keep", ["face", "hair", "person"])
def test_a_network_of_whole_persons_says_when_it_keeps_more_than_was_asked(name, keep):
    painting = painted(segmenter=name, keep=keep)
    assert painting.mask is not None
    assert painting.mask.mean() > 0.9
    assert any("whole person" in hint for hint in painting.hints) == (keep != "person")


def test_missing_weights_are_said():
    class Bare(Models):
        def named(self, name, policy):
            raise WeightError(f"{name} was chosen, which does not come with this project.")

    with pytest.raises(WeightError, match="sam_vit_h was chosen"):
        painted(models=Bare(), segmenter="sam_vit_h")
    painted(models=Bare(), segmenter="unet")


# Prompts


@pytest.mark.parametrize("name", ["unet", "unet_whole", "mobile_sam", "fcn_resnet50"])
def test_a_click_adds_what_it_points_at_and_takes_it_away_again(name):
    models, cache = Models((128, 110, 60), HAND), Remembering()
    plain = painted(models=models, cache=cache, segmenter=name)
    added = painted(models=models, cache=cache, segmenter=name, prompt=Prompt(((200, 225, True),)))
    taken = painted(
        models=models,
        cache=cache,
        segmenter=name,
        prompt=Prompt(((200, 225, True), (205, 220, False))),
    )
    assert plain.mask is not None
    assert added.mask is not None
    assert taken.mask is not None
    assert added.mask[disc(200, 220, 20)].min() > 0.5
    assert taken.mask[220, 205] == 0
    if name != "fcn_resnet50":  # that keeps everything from the beginning
        far = ~disc(200, 220, 45)
        assert np.array_equal(added.mask[far], plain.mask[far]), (
            "a click changes only what it points at"
        )
        assert ((taken.mask > 0.5) == (plain.mask > 0.5)).mean() > 0.999
    pointer = name if name in SAMS else POINTER
    assert models.made[pointer].embedded == 1, "the photo is embedded once"
    assert pointer in {use.name for use in added.weights}


def test_a_click_at_which_nothing_stands_out_is_told():
    models, cache = Models((128, 110, 60), HAND), Remembering()
    for clicks, told in (
        (((200, 225, True),), False),
        (((30, 30, True),), True),
        (((200, 225, True), (30, 30, True)), True),
        (((30, 30, True), (200, 225, True)), False),
        (((30, 30, False),), False),
        (((128, 110, True),), False),
    ):
        prompt = Prompt(clicks)
        hints = painted(models=models, cache=cache, segmenter="unet", prompt=prompt).hints
        assert (NOT_THERE in hints) == told, clicks


def test_a_second_click_costs_one_run_of_the_decoder_and_undoing_it_none():
    models, cache = Models((128, 110, 60), HAND, (30, 30, 20)), Remembering()
    first, second = (200, 220, True), (30, 30, True)
    once = painted(models=models, cache=cache, prompt=Prompt((first,)))
    asked = models.made[POINTER].asked
    assert len(asked) == 1
    painted(models=models, cache=cache, prompt=Prompt((first, second)))
    assert len(asked) == 2
    assert asked[1][2] is not None, "it goes on from the mask that was there"
    again = painted(models=models, cache=cache, prompt=Prompt((first,)))
    assert len(asked) == 2
    assert np.array_equal(once.result, again.result)
    assert not np.array_equal(once.result, painted(models=models, cache=cache).result)


def test_a_box_keeps_what_is_in_it_without_a_face_and_harmony_runs():
    painting = painted(HAND, face=False, prompt=Prompt(box=(170, 190, 230, 250)))
    assert painting.mask is not None
    assert (painting.mask > 0.5)[disc(*HAND[:2], 20)].all()
    assert not painting.mask[~disc(*HAND[:2], 40)].any()
    assert "blend" not in painting.skipped
    assert "segment" not in painting.skipped
    assert not np.array_equal(painting.result, painting.styled)
    assert "only what you point at" in painting.hints[-1]


def test_a_click_alone_keeps_something_without_a_face():
    painting = painted(HAND, face=False, prompt=Prompt(((200, 220, True),)))
    assert painting.mask is not None
    assert (painting.mask > 0.5)[disc(*HAND[:2], 20)].all()


def test_a_prompt_outside_the_photo_stops_before_any_work():
    models = Models()
    with pytest.raises(PromptError, match="x from 0 to 255"):
        painted(models=models, prompt=Prompt(((256, 0, True),)))
    assert models.runs == {}


def test_a_large_photos_prompt_is_in_its_own_pixels():
    photo = photo_of(1536, 1536)
    k = photo.pixels.shape[0] / 256
    prompt = Prompt(((200 * k, 220 * k, True),))
    models, how = Models(HAND, face=False), Settings.from_flat(painter="network")
    painting = paint(photo, how, models=models, prompt=prompt)
    assert painting.prompt == prompt
    mask = cv2.resize(painting.mask, (256, 256), interpolation=cv2.INTER_AREA)
    assert ((mask > 0.5) == disc(*HAND)).mean() > 0.99


def test_what_is_added_by_hand_stays_as_in_the_photo_at_any_strength():
    where = Prompt(((200, 220, True),))
    painting = painted(HAND, face=False, prompt=where, face_strength=0.3, painter="strokes")
    inner = disc(*HAND[:2], 12)
    assert np.abs(painting.result - painting.original)[inner].max() < 0.02
    assert np.abs(painting.styled - painting.original)[inner].mean() > 0.05


# The stage itself


@pytest.fixture
def scene():
    """Return a photo, a kept disc, and its embedding."""
    photo = np.full((256, 256, 3), 0.5, np.float32)
    return (
        photo,
        disc(*FACE).astype(np.float32),
        Embedding(np.zeros((1, 256, 64, 64), np.float32), (256, 256), 256),
    )


@pytest.mark.parametrize(
    "click", [(240, 20, True), (100, 100, False), (149, 100, False), (0, 255, True)]
)
def test_a_clicked_pixel_obeys_where_the_network_sees_nothing(scene, click):
    photo, mask, embedding = scene
    out = correct(photo, mask, embedding, Promptable().prompt, (click,), edge_px=4)
    assert out[click[1], click[0]] == click[2]
    assert np.array_equal(
        out[disc(click[0], click[1], 12) == 0], mask[disc(click[0], click[1], 12) == 0]
    )


def test_a_click_that_is_obeyed_already_changes_nothing(scene):
    photo, mask, embedding = scene
    network = Promptable()
    assert correct(photo, mask, embedding, network.prompt, ((100, 100, True),), edge_px=4) is mask
    assert network.asked == []


def test_what_a_click_does_not_point_at_stays(scene):
    photo, mask, embedding = scene
    network = Promptable(HAND, FACE)
    clicks = ((200, 220, True),)
    out = correct(
        photo,
        mask,
        embedding,
        lambda v, p, k, m, h: network.prompt(v, p, k, 0 * m - 6, h),
        clicks,
        edge_px=4,
    )
    assert out[100, 100] == 1, "the network forgot the face; nobody pointed at it"
    assert out[220, 200] == 1


def test_a_later_click_counts_more(scene):
    photo, mask, embedding = scene
    network = Promptable().prompt
    added = correct(photo, mask, embedding, network, ((240, 20, True),), edge_px=4)
    taken = correct(
        photo, added, embedding, network, ((240, 20, True), (240, 20, False)), edge_px=4
    )
    assert (added[20, 240], taken[20, 240]) == (1, 0)


def test_a_box_replaces_what_lies_in_it_and_leaves_what_is_larger(scene):
    photo, mask, embedding = scene
    smaller = select(
        photo, mask, embedding, Promptable((100, 100, 30)).prompt, (45, 45, 155, 155), edge_px=2
    )
    assert smaller[100, 100] > 0.9
    assert smaller[100, 140] < 0.1
    beside = select(
        photo, mask, embedding, Promptable((140, 100, 12)).prompt, (120, 80, 160, 120), edge_px=2
    )
    assert beside[100, 60] > 0.9
    assert beside[100, 152] < 0.5
    all_of_it = select(photo, 0 * mask, embedding, Promptable().prompt, (20, 20, 60, 60), edge_px=2)
    assert all_of_it[40, 40] > 0.9
    assert all_of_it[100, 100] == 0


def test_who_points_at_hair_or_clothes_means_all_of_it(scene):
    photo, mask, embedding = scene
    blind = Promptable()
    hair = disc(60, 200, 40) | disc(220, 40, 10)
    click = (40, 200, True)
    out = correct(photo, mask, embedding, blind.prompt, (click,), edge_px=2, thing=hair)
    assert out[200, 90] == 1
    assert out[40, 220] == 0, "somebody else's hair"
    back = (click, (40, 200, False))
    taken = correct(photo, out, embedding, blind.prompt, back, edge_px=2, thing=hair)
    assert taken[200, 90] == 0
