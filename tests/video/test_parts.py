"""Who is in a film, part by part: carried along between looks, looked at again where it is lost."""

import numpy as np
import pytest

from pipeline.settings import Settings
from pipeline.stages.parse import Part
from pipeline.video.job import FilmJob
from pipeline.video.parts import LOOK_SECONDS, SOONEST, TURNING, PartsFollower
from tests.test_paint import photo_of
from tests.video.models import FilmModels
from tests.video.test_faces import moved_by

RATE, MOST_PX = 20.0, 100_000
PICTURE = photo_of().pixels
SIZE = PICTURE.shape[:2]


@pytest.fixture
def followed(monkeypatch):
    follow = PartsFollower(FilmJob(Settings(), FilmModels(), RATE), MOST_PX)
    looks, real = [], follow._look
    monkeypatch.setattr(follow, "_look", lambda *given: looks.append(1) or real(*given))
    return follow, looks


def lost_in(share):
    """Return a motion that is not known in a share of the picture."""
    moved = moved_by(SIZE, 0)
    moved.coarse_trust[: round(share * SIZE[0])] = 0
    return moved


def test_parts_and_faces_go_with_what_moves(followed):
    follow, looks = followed
    seen, parts = follow(PICTURE, None)
    before, face = parts[..., Part.SKIN].sum(0), seen.faces[0]
    for _ in range(2):
        seen, parts = follow(PICTURE, moved_by(SIZE, 5))
    at = np.arange(SIZE[1])
    now = parts[..., Part.SKIN].sum(0)
    assert np.average(at, weights=now) - np.average(at, weights=before) == pytest.approx(10, abs=1)
    assert seen.faces[0].eyes[0, 0] - face.eyes[0, 0] == pytest.approx(10, abs=0.5)
    assert looks == [1]


def test_they_are_looked_at_again_now_and_then_and_in_another_scene(followed):
    follow, looks = followed
    follow(PICTURE, None)
    for _ in range(round(LOOK_SECONDS * RATE)):
        follow(PICTURE, moved_by(SIZE, 0))
    assert len(looks) == 2
    follow(PICTURE, moved_by(SIZE, 0, cut=True))
    assert len(looks) == 3


def test_where_much_is_lost_they_are_looked_at_sooner(followed):
    follow, looks = followed
    follow(PICTURE, None)
    for _ in range(SOONEST):
        follow(PICTURE, lost_in(0.1))
    assert len(looks) == 2


def test_what_a_look_finds_is_there_at_once_where_it_was_lost_and_elsewhere_little_by_little(
    followed, monkeypatch
):
    follow, _ = followed
    _, parts = follow(PICTURE, None)
    other = np.zeros_like(parts)
    other[..., Part.BACKGROUND] = 1

    def look(pixels, size):
        follow._found, follow._since = other, 0
        follow._unknown = np.zeros(size, np.float32)
        return other

    monkeypatch.setattr(follow, "_look", look)
    steps = [follow(PICTURE, lost_in(0.3))[1] for _ in range(SOONEST)]
    assert (steps[-1][:40] == other[:40]).all()
    face = np.s_[90:110, 80:100]
    share = [steps[-1][face][..., Part.BACKGROUND].mean()]
    for _ in range(TURNING - 1):
        share.append(follow(PICTURE, moved_by(SIZE, 0))[1][face][..., Part.BACKGROUND].mean())
    assert 0.1 < share[0] < 0.5
    assert share == sorted(share)
    assert share[-1] == pytest.approx(1, abs=1e-5)


def test_a_large_film_is_followed_in_a_smaller_picture():
    follow = PartsFollower(FilmJob(Settings(), FilmModels(), RATE), 5_000)
    seen, parts = follow(PICTURE, None)
    assert parts.shape[0] * parts.shape[1] <= 5_000
    full, _ = PartsFollower(FilmJob(Settings(), FilmModels(), RATE), MOST_PX)(PICTURE, None)
    k = parts.shape[0] / SIZE[0]
    assert seen.faces[0].height == pytest.approx(k * full.faces[0].height, rel=0.05)
