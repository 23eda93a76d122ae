"""What is kept of a person: ears with the head, chins whole, gaps left open, no straight edges."""

import numpy as np
import pytest

from benchmarks.straight_edges import straight_pieces
from pipeline.stages.parse import Part
from pipeline.stages.segment.region import segment
from pipeline.stages.segment.skin import ears_of, throats_of
from pipeline.stages.segment.slips import slips_of, strays_of
from pipeline.types import Face

SIZE = 320, 240
CENTER = np.array([120.0, 120.0])
FACE = Face(
    (85.0, 70.0, 155.0, 170.0),
    np.float32([[103, 108], [137, 108]]),
    np.float32([[108, 145], [132, 145]]),
    0.95,
)


def disc(x, y, across, down):
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    return ((columns - x) / across) ** 2 + ((rows - y) / down) ** 2 <= 1


def parse(*painted):
    """Return parts in which later regions cover earlier ones; the rest is background."""
    labels = np.zeros(SIZE, np.int64)
    for part, region in painted:
        labels[region] = part
    return np.eye(len(Part), dtype=np.float32)[labels]


HEAD = disc(*CENTER, 35, 50)
EAR = disc(160, 125, 10, 16)
NECK = disc(120, 185, 18, 30)
GRAY = np.full((*SIZE, 3), 0.5, np.float32)


def test_an_ear_is_the_heads_and_a_neck_is_not():
    parts = parse((Part.BODY_SKIN, NECK | EAR), (Part.SKIN, HEAD))
    ears = ears_of(parts, (FACE,))
    assert ears[EAR & ~HEAD].mean() > 0.9
    assert ears[NECK & ~HEAD].mean() < 0.1
    kept = segment(GRAY, parts, (FACE,), kept="hair")
    assert kept[EAR].mean() > 0.8
    assert kept[195:205, 110:130].max() < 0.1


def test_ears_follow_a_tilted_head():
    turned = Face(FACE.box, FACE.eyes[:, ::-1].copy(), FACE.mouth[:, ::-1].copy(), FACE.score)
    ear = disc(125, 160, 16, 10)
    parts = parse((Part.BODY_SKIN, ear))
    assert ears_of(parts, (turned,))[ear].mean() > 0.9


@pytest.mark.parametrize("kept", ["face", "hair"])
def test_a_chin_is_kept_with_the_throat_just_below_it(kept):
    parts = parse((Part.BODY_SKIN, NECK), (Part.SKIN, HEAD))
    throat = throats_of(parts, (FACE,))
    assert throat[172:178, 115:126].min() > 0.9
    assert not throat[200:].any()
    assert not throat[:130].any()
    mask = segment(GRAY, parts, (FACE,), kept=kept)
    assert mask[175, 120] > 0.9
    assert mask[200, 120] < 0.1
    gray = np.full((*SIZE, 3), 128, np.uint8)
    assert not straight_pieces(mask, gray, [(120.0, 120.0, FACE.height)])


def test_a_collar_below_a_chin_is_not_kept():
    parts = parse((Part.PERSON, NECK), (Part.SKIN, HEAD))
    assert segment(GRAY, parts, (FACE,), kept="face")[176, 120] < 0.1


def test_of_a_small_face_a_little_collar_is_kept_so_that_its_chin_is_whole():
    half = Face(
        tuple(v / 2 for v in FACE.box), (FACE.eyes - 0.5) / 2, (FACE.mouth - 0.5) / 2, FACE.score
    )
    parts = np.ascontiguousarray(parse((Part.PERSON, NECK), (Part.SKIN, HEAD))[::2, ::2])
    kept = segment(np.ascontiguousarray(GRAY[::2, ::2]), parts, (half,), kept="face")
    assert kept[88, 60] > 0.5  # a sixth of the distance from eyes to mouth below the chin
    assert kept[97:, 60].max() < 0.1
    assert kept[88, :40].max() < 0.1  # where nobody is


def test_a_network_without_body_skin_knows_no_ears_and_no_throat():
    parts = parse((Part.SKIN, HEAD))[..., : Part.BODY_SKIN]
    assert not ears_of(parts, (FACE,)).any()
    assert not throats_of(parts, (FACE,)).any()


def test_an_ear_that_is_called_clothes_is_kept_and_a_collar_is_not():
    collar = disc(120, 230, 70, 75)
    parts = parse((Part.PERSON, EAR | collar), (Part.SKIN, HEAD))
    slips = slips_of(parts, (FACE,))
    assert slips[EAR & ~HEAD].mean() > 0.9
    assert slips[collar & ~HEAD].max() == 0
    assert segment(GRAY, parts, (FACE,), kept="hair")[EAR].mean() > 0.8
    assert not slips_of(parts[..., : Part.BODY_SKIN], (FACE,)).any()


def test_a_knit_that_is_called_hair_is_not_kept_and_long_hair_is():
    knit, long = disc(150, 215, 22, 30), disc(75, 160, 14, 80)
    parts = parse((Part.BODY_SKIN, NECK), (Part.HAIR, knit | long), (Part.SKIN, HEAD))
    strays = strays_of(parts, (FACE,))
    assert strays[knit].min() == 1
    assert strays[long].max() == 0
    kept = segment(GRAY, parts, (FACE,), kept="hair")
    assert kept[disc(155, 220, 12, 18)].max() < 0.1
    assert kept[disc(75, 200, 6, 25)].mean() > 0.6


def test_a_hood_is_not_kept_with_the_head():
    hood = disc(120, 125, 60, 75) | disc(120, 290, 90, 120)
    parts = parse((Part.PERSON, hood), (Part.SKIN, HEAD))
    assert not slips_of(parts, (FACE,)).any()


def test_glass_and_teeth_leave_no_hole_and_a_gap_beside_the_waist_stays_one():
    glass, body, gap = disc(104, 108, 8, 6), disc(120, 260, 80, 90), disc(75, 260, 9, 25)
    parts = parse((Part.PERSON, body), (Part.BACKGROUND, gap), (Part.SKIN, HEAD),
                  (Part.BACKGROUND, glass))  # fmt: skip
    kept = segment(GRAY, parts, (FACE,), kept="person")
    assert kept[glass].min() > 0.5
    assert kept[disc(75, 260, 4, 15)].max() < 0.5


@pytest.mark.parametrize("kept", ["face", "hair"])
def test_round_parts_have_no_straight_edge(kept):
    hair = disc(120, 110, 48, 60)
    parts = parse((Part.PERSON, disc(120, 300, 90, 110)), (Part.HAIR, hair), (Part.SKIN, HEAD))
    mask = segment(GRAY, parts, (FACE,), kept=kept)
    gray = np.full((*SIZE, 3), 128, np.uint8)
    assert not straight_pieces(mask, gray, [(120.0, 120.0, FACE.height)])


def test_who_stands_beside_a_face_that_was_missed_is_not_kept_in_its_place():
    beside = disc(215, 150, 18, 60)
    assert segment(GRAY, parse((Part.PERSON, beside)), (FACE,), kept="person").max() == 0
    both = parse((Part.PERSON, beside), (Part.SKIN, HEAD))
    kept = segment(GRAY, both, (FACE,), kept="person")
    assert kept[HEAD].mean() > 0.9
    assert kept[beside].max() == 0
