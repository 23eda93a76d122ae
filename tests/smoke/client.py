"""A program's way in: the API, through Gradio's client."""

from pathlib import Path

import av
from gradio_client import Client, handle_file

from pipeline.steps.timelapse import FPS
from tests.smoke.browser import EXAMPLES, LEAST_DIFFERENCE, check, pixels_of


def paint_by_client(url: str) -> None:
    """Paint an example through the API."""
    photo = EXAMPLES / "portrait.jpg"
    file, report, film = Client(url, verbose=False).predict(
        photo=handle_file(photo), size="photo", timelapse_seconds=5, api_name="/paint"
    )
    painted, original = pixels_of(Path(file).read_bytes()), pixels_of(photo.read_bytes())
    check(
        painted.shape == original.shape,
        f"the client's painting has the photo's size, {painted.shape[1]} x {painted.shape[0]}",
    )
    check(
        abs(painted - original).mean() > LEAST_DIFFERENCE,
        "the client's painting differs from the photo",
    )
    with av.open(film) as video:
        check(video.streams.video[0].frames == 5 * FPS, "the client's film takes 5 seconds")
    check(bool(report["faces"] and report["weights"]), "the report names a face and the weights")
    like = {
        "painter": "portrait-aware",
        "size": "photo",
        "style": handle_file(EXAMPLES / "styles/night.jpg"),
        "style_px": 160,
        "iterations": 5,
    }
    file, report, film = Client(url, verbose=False).predict(
        photo=handle_file(photo), **like, api_name="/paint"
    )
    check(film is None, "no film is made where none was asked for")
    styled = pixels_of(Path(file).read_bytes())
    check(
        abs(styled - painted).mean() > LEAST_DIFFERENCE,
        "the client's painting like a picture is another one",
    )
    check(
        "perceptual_light" in [weight["name"] for weight in report["weights"]],
        "the report names the network that compared the two",
    )
