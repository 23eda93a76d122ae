"""A program's way in: the API, through Gradio's client."""

import asyncio
import base64
from pathlib import Path

import av
from gradio_client import Client, handle_file
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from mcp.types import CallToolResult

from pipeline.steps.timelapse import FPS
from tests.smoke.browser import EXAMPLES, LEAST_DIFFERENCE, check, pixels_of
from tests.smoke.filming import COUNT, film_of_an_example


def paint_by_mcp(url: str) -> None:
    """Paint and parse an example as an assistant's tools."""
    data = base64.b64encode((EXAMPLES / "portrait.jpg").read_bytes()).decode()
    asked = {"photo": f"data:image/jpeg;base64,{data}"}

    async def ask() -> list[CallToolResult]:
        async with (
            streamablehttp_client(f"{url}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            names = [tool.name for tool in (await session.list_tools()).tools]
            check(
                names == ["paint", "parse", "video"],
                f"an assistant has the tools {', '.join(names)}",
            )
            return [
                await session.call_tool("paint", asked | {"size": "photo", "painter": "fast"}),
                await session.call_tool("parse", asked),
                await session.call_tool("paint", {"photo": __file__}),
            ]

    painted, parsed, refused = asyncio.run(ask())
    said = "".join(getattr(each, "text", "") for each in painted.content)
    check(not painted.isError and "painted.png" in said, "the tool paint gives a painting")
    said = "".join(getattr(each, "text", "") for each in parsed.content)
    check(not parsed.isError and "background" in said, "the tool parse tells what is seen")
    check(refused.isError, "a path on this machine is refused")


def paint_film_by_client(url: str, folder: Path) -> None:
    """Paint a film through the API."""
    source = film_of_an_example(folder)
    film, report = Client(url, verbose=False).predict(
        film=handle_file(source), painter="fast", start=0.2, api_name="/video"
    )
    with av.open(film) as video:
        made = video.streams.video[0].frames
    check(made == COUNT - 2, f"the client's film has the {made} pictures after its start")
    check(report["settings"]["painter"] == "fast", "the report of a film tells how it was painted")


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
