"""What a page's camera sees is painted for that page alone, for a while, and nothing is kept."""

import asyncio
import gc
import threading
from io import BytesIO
from urllib.parse import urljoin

import gradio as gr
import numpy as np
import pytest
from httpx import ASGITransport, AsyncClient
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pipeline.types import FilmError
from pipeline.variants import FAST_STYLES
from pipeline.video.live import LONG_PX
from tests.page import Pipeline, handlers_of, private, visitor  # noqa: F401 - a fixture
from tests.video.models import FilmModels, pictures
from ui import camera
from ui.camera import ADDRESS, KEY, NUMBER, Cameras
from ui.service import PaintService
from ui.viewer import served

STYLE, OTHER = list(FAST_STYLES)[:2]


@pytest.fixture
def service():
    return PaintService(paint=Pipeline(), models=FilmModels())


def jpeg(pixels):
    data = BytesIO()
    Image.fromarray(pixels).save(data, "JPEG", quality=95)
    return data.getvalue()


def enormous():
    """Return a JPEG whose header says that it has four gigapixels."""
    data = bytearray(jpeg(np.zeros((16, 16, 3), np.uint8)))
    at = data.index(b"\xff\xc0") + 5  # height and width
    data[at : at + 4] = b"\xff\xdc\xff\xdc"
    return bytes(data)


def inverted(pixels):
    return 255 - pixels


def sent(cameras, key, data, number=0):
    client = TestClient(Starlette(routes=camera.routes(cameras)))
    return client.post(ADDRESS, content=data, headers={KEY: key, NUMBER: str(number)})


def gray(value):
    return jpeg(np.full((48, 64, 3), value, np.uint8))


def shown_in(answer):
    return float(np.asarray(Image.open(BytesIO(answer.content))).mean())


def test_each_page_gets_the_painting_of_its_own_camera():
    cameras = Cameras()
    anna, ben = cameras.open(inverted), cameras.open(lambda pixels: pixels)
    one, other = sent(cameras, anna.key, gray(40)), sent(cameras, ben.key, gray(90))
    assert one.headers["content-type"] == "image/jpeg"
    assert one.headers["cache-control"] == "no-store"
    assert shown_in(one) == pytest.approx(215, abs=2)
    assert shown_in(other) == pytest.approx(90, abs=2)
    assert anna.key != ben.key


@pytest.mark.parametrize("key", ["", "guessed"])
def test_nobody_without_a_key_is_answered(key):
    cameras = Cameras()
    anna = cameras.open(inverted)
    assert sent(cameras, key, gray(40)).status_code == 410
    assert anna.number == -1


def test_a_picture_that_is_older_than_the_last_is_left_out():
    cameras = Cameras()
    anna = cameras.open(inverted)
    answers = [sent(cameras, anna.key, gray(40), number) for number in (1, 3, 2, 4)]
    assert [each.status_code for each in answers] == [200, 200, 204, 200]


def test_what_one_camera_sends_too_fast_is_left_out_at_once_and_holds_nobody_up():
    cameras, go = Cameras(), threading.Event()

    def waiting(pixels):
        go.wait(30)
        return pixels

    anna, ben = cameras.open(waiting), cameras.open(inverted)

    async def send_all():
        there = ASGITransport(Starlette(routes=camera.routes(cameras)))
        async with AsyncClient(transport=there, base_url="http://page") as page:

            def post(key, number):
                headers = {KEY: key, NUMBER: str(number)}
                return page.post(ADDRESS, content=gray(40), headers=headers)

            first = [asyncio.create_task(post(anna.key, n)) for n in range(camera.AT_ONCE)]
            while anna.here < camera.AT_ONCE:
                await asyncio.sleep(0.01)
            over = [(await post(anna.key, 10 + n)).status_code for n in range(3)]
            bens = (await post(ben.key, 0)).status_code
            go.set()
            answers = await asyncio.gather(*first)
            again = (await post(anna.key, 20)).status_code
            return over, bens, {each.status_code for each in answers}, again

    over, bens, answers, again = asyncio.run(send_all())
    assert over == [204] * 3
    assert (bens, again) == (200, 200)
    assert 200 in answers
    assert answers <= {200, 204}
    assert anna.here == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Dear painter", "this is none"),
        (b"", "this is none"),
        (gray(40)[:200], "this is none"),
        (jpeg(np.zeros((80, 1400, 3), np.uint8)), "at most 1280 px"),
        (jpeg(np.zeros((1, 1280, 3), np.uint8)), "at least 16 px"),
        (enormous(), "this is none"),
        (jpeg(np.zeros((16, 336, 3), np.uint8)), "at most 20 times"),
    ],
)
def test_what_is_no_picture_of_a_camera_is_refused(data, said):
    cameras = Cameras()
    anna = cameras.open(inverted)
    answer = sent(cameras, anna.key, data)
    assert answer.status_code == 400
    assert said in answer.text


def test_a_file_of_another_kind_is_never_decoded():
    data = BytesIO()
    Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(data, "PNG")
    with pytest.raises(FilmError, match="this is none"):
        camera.picture_in(data.getvalue())


def test_large_bodies_and_pictures_without_a_number_are_refused():
    cameras = Cameras()
    anna = cameras.open(inverted)
    assert sent(cameras, anna.key, bytes(camera.LARGEST_BYTES + 1)).status_code == 413
    assert sent(cameras, anna.key, gray(40), "first").status_code == 400


def test_a_camera_is_painted_for_ten_minutes_and_says_so_then():
    cameras = Cameras()
    anna = cameras.open(inverted)
    anna.opened -= camera.LONGEST_S - 60
    assert sent(cameras, anna.key, gray(40), 1).status_code == 200
    anna.opened -= 60
    answer = sent(cameras, anna.key, gray(40), 2)
    assert answer.status_code == 410
    assert "10 minutes" in answer.text


def test_two_cameras_at_once_and_one_that_sends_nothing_makes_room():
    cameras = Cameras()
    anna, ben = cameras.open(inverted), cameras.open(inverted)
    with pytest.raises(FilmError, match="2 others"):
        cameras.open(inverted)
    again = cameras.open(inverted, before=anna)
    del anna
    for each in (again, ben):
        each.used -= camera.BUSY_S
    carl = cameras.open(inverted)
    sent(cameras, ben.key, gray(40))
    with pytest.raises(FilmError, match="2 others"):
        cameras.open(inverted)
    assert {each.key for each in (again, ben, carl)} == set(cameras._open)


def test_the_page_sends_pictures_as_large_as_they_are_painted():
    assert camera.SENT_PX == LONG_PX


@pytest.mark.parametrize("page", ["https://a/", "https://a/below/?look=dusk"])
def test_what_a_page_asks_for_lies_below_it_wherever_it_is_served(page):
    root = page.partition("?")[0]
    assert urljoin(page, served("/b.png")) == f"{root}gradio_api/file=/b.png"
    assert urljoin(page, camera.shown(None)["address"]) == f"{root}gradio_api/camera"


def test_a_page_starts_its_camera_and_leaving_ends_it(service):
    handlers, picture = handlers_of(service), jpeg(pictures(1, (300, 960))[0])
    shown = handlers.open_camera(visitor("anna"), STYLE)
    assert shown["address"] == ADDRESS
    answer = sent(service.cameras, shown["key"], picture)
    assert max(Image.open(BytesIO(answer.content)).size) == LONG_PX
    assert service.pipeline()[1].mix[0, list(FAST_STYLES).index(STYLE)] == 1
    handlers.leave(visitor("anna"))
    gc.collect()
    assert sent(service.cameras, shown["key"], picture, 1).status_code == 410


def test_starting_anew_takes_the_key_before_away(service):
    handlers = handlers_of(service)
    one, other = (handlers.open_camera(visitor("anna"), STYLE)["key"] for _ in range(2))
    gc.collect()
    assert service.cameras.of(one) is None
    assert service.cameras.of(other) is not None


def test_another_style_is_painted_from_the_next_picture_on(service):
    handlers, picture = handlers_of(service), jpeg(pictures(1)[0])
    handlers.change_camera(visitor("anna"), OTHER)  # nothing is painted yet
    key = handlers.open_camera(visitor("anna"), STYLE)["key"]
    handlers.change_camera(visitor("ben"), OTHER)
    for number, style in enumerate((STYLE, OTHER)):
        handlers.change_camera(visitor("anna"), style)
        assert sent(service.cameras, key, picture, number).status_code == 200
        assert service.pipeline()[1].mix[0, list(FAST_STYLES).index(style)] == 1


def test_a_third_page_is_told_to_wait(service):
    handlers = handlers_of(service)
    for name in ("anna", "ben"):
        handlers.open_camera(visitor(name), STYLE)
    with pytest.raises(gr.Error, match="try again in a minute"):
        handlers.open_camera(visitor("carl"), STYLE)
