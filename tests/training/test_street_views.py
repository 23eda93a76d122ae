"""Figures as a training shows them: other faces, any size, shadows, scenes of their colors."""

from dataclasses import replace

import numpy as np

from pipeline.ops.color import to_lab
from pipeline.ops.monochrome import in_tone_of_skin
from pipeline.stages.parse import Part
from training.dyes import dyed, of_other_shades
from training.face_finder import Found
from training.framing import alike, beside, chosen_view, colorless, composed, staged
from training.labels import FACELESS, UNKNOWN
from training.samples import Sample
from training.shadows import with_shadow
from training.stream import Varied
from training.street_data import figure_in
from training.swapped import face_points, fitting, with_face
from training.views import VIEWS

POINTS = np.float32([[80, 80], [120, 80], [85, 122], [115, 122]])
FOUND = Found(POINTS, 110.0)


def donor() -> Sample:
    labels = np.full((200, 200), Part.HAIR, np.uint8)
    labels[40:170, 55:145] = Part.SKIN
    labels[76:84, 74:86], labels[76:84, 114:126] = Part.RIGHT_EYE, Part.LEFT_EYE
    labels[118:126, 85:116] = Part.LIPS
    return Sample(np.full((200, 200, 3), 200, np.uint8), labels, (100, 100, 120), 0.1)


def test_a_face_is_set_on_a_figure_with_its_parts_and_the_figures_colors():
    labels = np.full((200, 200), Part.PERSON, np.uint8)
    labels[40:165, 60:140] = Part.SKIN
    figure = Sample(np.full((200, 200, 3), 90, np.uint8), labels, (100, 100, 120), 0.1)
    points = face_points(donor().labels)
    matrix = fitting(points, FOUND)
    assert matrix is not None
    made = with_face(figure, FOUND, donor(), matrix)
    assert made.labels[122, 100] == Part.LIPS
    assert made.labels[180, 100] == Part.PERSON
    assert abs(int(made.photo[100, 100, 0]) - 90) < 30
    assert (made.photo[190] == 90).all()


def test_a_turned_face_does_not_fit():
    profile = face_points(donor().labels)
    profile[1, 0] = profile[0, 0] + 8
    assert fitting(profile, FOUND) is None


def standing() -> Sample:
    labels = np.zeros((300, 150), np.uint8)
    labels[10:290, 50:100] = Part.PERSON
    photo = np.where(labels[..., None] > 0, 255, 0).repeat(3, 2).astype(np.uint8)
    return Sample(photo, labels, None, 0.0, True, figure_in(labels))


def test_a_standing_figure_is_found_and_a_lying_one_is_not():
    x, y, height = standing().figure
    assert (round(x), round(y), round(height)) == (74, 150, 280)
    assert figure_in(standing().labels.T.copy()) is None


def test_figures_are_shown_from_far_away_to_pieces():
    rng, shares = np.random.default_rng(0), []
    for _ in range(300):
        matrix = chosen_view(standing(), 256, rng, VIEWS["streets"])
        shares.append(np.sqrt(abs(np.linalg.det(matrix[:, :2]))) * 280 / 256)
    assert min(shares) < 0.2
    assert max(shares) > 1.6


def test_feet_may_be_in_the_middle_of_a_view():
    views = replace(VIEWS["streets"], standing=1.0, feet=1.0, tilt=0.0, leaning=0.0)
    rng = np.random.default_rng(0)
    for _ in range(50):
        matrix = chosen_view(standing(), 256, rng, views)
        x, y = matrix @ (74, 290, 1)
        assert 0.1 * 256 < x < 0.9 * 256
        assert y < 1.2 * 256


def test_what_is_unknown_beside_a_person_is_not_cut_out_with_it():
    sample = standing()
    labels = sample.labels.copy()
    labels[100:120, 110:130] = UNKNOWN
    other = Sample(sample.photo, labels, (75, 30, 40), 0.0, True, sample.figure)
    empty = np.full((128, 128, 3), 7, np.uint8), np.zeros((128, 128), np.uint8)
    seen = [beside(empty, other, 0.0, np.random.default_rng(i))[1] for i in range(20)]
    assert max((labels == Part.PERSON).sum() for labels in seen) > 50
    assert max((labels == UNKNOWN).sum() for labels in seen) == 0


def test_a_view_of_a_figure_is_square():
    _, labels = composed(lambda: standing(), [], 64, np.random.default_rng(3), VIEWS["streets"])
    assert labels.shape == (64, 64)


def test_a_shadow_darkens_only_what_is_behind_the_person():
    photo = np.full((96, 96, 3), 200, np.uint8)
    labels = np.zeros((96, 96), np.uint8)
    labels[20:90, 40:56] = Part.PERSON
    labels[:, :10] = UNKNOWN
    for seed in range(8):
        cast = with_shadow(photo, labels, np.random.default_rng(seed))
        assert (cast[labels != 0] == 200).all()
        assert 0.005 < (cast[labels == 0] < 190).any(1).mean() < 0.4
    nobody = np.zeros_like(labels)
    assert with_shadow(photo, nobody, np.random.default_rng(0)) is photo


def test_some_views_are_gray_and_most_are_not():
    colored = replace(
        donor(), photo=np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    )
    plain = replace(VIEWS["near"], dyed=0, shaded=0, cast=0)
    for often, wanted in ((0.0, 0), (1.0, 8)):
        views = replace(plain, gray=often)
        shown = [staged(colored, [], 64, np.random.default_rng(i), views)[0] for i in range(8)]
        assert sum(map(without_color, shown)) == wanted
    assert 0 < VIEWS["near"].gray < 0.5


def test_some_views_have_the_colors_that_are_guessed_for_them():
    light = np.random.default_rng(0).integers(90, 200, (200, 200, 1), np.uint8)
    gray = replace(donor(), photo=light.repeat(3, 2), guess=np.full((50, 50, 2), (20, 30), np.int8))
    plain = replace(VIEWS["near"], dyed=0, shaded=0, cast=0, gray=0)
    for often in (0.0, 1.0):
        shown = staged(gray, [], 64, np.random.default_rng(0), replace(plain, guessed=often))[0]
        assert (shown[..., 0].mean() - shown[..., 2].mean() > 20) == bool(often)
    assert 0 < VIEWS["near"].guessed < 0.5


def without_color(picture):
    """Whether what is lighter is lighter in each channel, as of gray and of toned photos."""
    red, *others = picture.reshape(-1, 3).T.astype(int)
    order = np.argsort(red, kind="stable")
    return all((np.diff(other[order]) >= -12).all() for other in others)


def test_photos_without_color_are_gray_or_browned():
    photo = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    gray = [colorless(photo, np.random.default_rng(i)) for i in range(20)]
    warm = [float(picture[..., 0].mean() - picture[..., 2].mean()) for picture in gray]
    assert 2 < sum(each > 1 for each in warm) < 18
    assert min(warm) > -0.01
    assert len({picture.mean().round(2) for picture in gray}) > 15  # films differ


def test_only_clothes_are_dyed_and_keep_their_folds():
    rng = np.random.default_rng(0)
    photo = rng.integers(60, 200, (96, 96, 3), np.uint8)
    labels = np.full((96, 96), Part.HAIR, np.uint8)
    labels[30:90, 20:76] = Part.PERSON
    changed, likeness = [], []
    for seed in range(12):
        other = dyed(photo, labels, photo[::-1], np.random.default_rng(seed))
        assert (other[:26] == photo[:26]).all()
        inside = np.s_[34:86, 24:72]
        changed.append((other[inside] != photo[inside]).any(-1).mean())
        gray = [picture[inside].mean(-1).ravel() for picture in (photo, other)]
        likeness.append(np.corrcoef(*gray)[0, 1])
    assert max(changed) > 0.9
    assert np.median(likeness) > 0.5
    nobody = np.zeros_like(labels)
    assert dyed(photo, nobody, photo, rng) is photo


def test_of_a_person_whose_parts_are_unknown_only_what_lies_below_the_face_is_dyed():
    rng = np.random.default_rng(0)
    photo = rng.integers(60, 200, (96, 96, 3), np.uint8)
    labels = np.full((96, 96), FACELESS, np.uint8)
    labels[20:50, 30:60] = Part.SKIN
    changed = [
        (dyed(photo, labels, photo, np.random.default_rng(seed)) != photo).any((1, 2))
        for seed in range(12)
    ]
    assert not np.any([rows[:46] for rows in changed])
    assert np.any([rows[54:].all() for rows in changed])
    labels[labels == Part.SKIN] = FACELESS
    assert dyed(photo, labels, photo, rng) is photo


def test_skin_and_hair_get_other_shades_where_all_of_them_is_labelled():
    photo = np.full((64, 64, 3), (180, 130, 110), np.uint8)
    labels = np.full((64, 64), Part.PERSON, np.uint8)
    labels[:20], labels[40:] = Part.SKIN, Part.HAIR
    skins = []
    for seed in range(12):
        other = of_other_shades(photo, labels, np.random.default_rng(seed)).astype(int)
        assert (other[26:34] == photo[26:34]).all()
        assert (other[:16, :, 0] >= other[:16, :, 2]).all()
        skins.append(other[5, 5].mean())
    assert np.ptp(skins) > 30
    labels[30, 30] = FACELESS
    assert of_other_shades(photo, labels, np.random.default_rng(0)) is photo


def test_who_is_set_in_may_be_out_of_focus_and_keeps_the_labels():
    empty = np.full((128, 128, 3), 7, np.uint8), np.zeros((128, 128), np.uint8)
    for seed in range(6):
        sharp, known = beside(empty, standing(), 0.0, np.random.default_rng(seed))
        soft, same = beside(empty, standing(), 0.0, np.random.default_rng(seed), 3.0)
        assert (known == same).all()
        if (known > 0).any():
            assert np.abs(np.diff(soft.astype(int), axis=0)).max() < (
                np.abs(np.diff(sharp.astype(int), axis=0)).max()
            )


def test_a_scene_may_get_the_colors_of_the_person():
    scene = np.random.default_rng(0).integers(0, 120, (32, 32, 3), np.uint8)
    clothes = np.full((50, 3), (200, 40, 60), np.uint8)
    near = alike(scene, clothes, 1.0)
    assert np.abs(near.mean((0, 1)) - (200, 40, 60)).max() < 12
    np.testing.assert_array_equal(alike(scene, clothes[:0], 1.0), scene)


def test_views_of_gray_photos_are_of_one_tone_and_others_are_not():
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 256, (200, 200, 3), np.uint8)
    sample = replace(donor(), photo=photo)
    seen = {
        kind: Varied([sample], np.ones(1), [], 64, 3, VIEWS[kind])[0][0].numpy().transpose(1, 2, 0)
        for kind in ("gray", "near")
    }
    toned = {kind: to_lab(each / np.float32(255)) for kind, each in seen.items()}
    tone = in_tone_of_skin(seen["gray"] / np.float32(255))
    assert np.abs(tone - seen["gray"] / 255).max() < 0.01
    assert toned["gray"][..., 1:].std() < 0.3 * toned["near"][..., 1:].std()
