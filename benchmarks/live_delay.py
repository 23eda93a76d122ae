"""Measure how many pictures of a camera the page paints a second, and how late they are.

`python -m benchmarks.live_delay [--seconds 20]` starts the app and Chromium, whose
camera is a film of ours: a photo above a strip of blocks, black and white, that number its
pictures. The page shows both the camera and what is painted of it; both strips are read at the same
moments, and their numbers' difference is the delay.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from playwright.sync_api import Page, sync_playwright

from pipeline.types import Pixels
from tests.smoke.browser import CHROMIUM, EXAMPLES, QUIET, open_page

SIZE = (640, 480)  # of the camera's pictures, px
RATE, COUNT, BITS = 25, 200, 8  # pictures a second, in the film; digits of their numbers
STRIP_PX = 96
READY, READY_MS = "what paints here", 600_000  # what the status says once nothing else is made
PAINTED = "() => document.querySelector('#live-painted').width > 300"  # an empty one is so wide
READ_MS = 30  # how often both are read
# Reads the strip in what an element shows: the mean light of each block's middle.
READ = """() => {
  const strip = element => {
    const w = element.videoWidth || element.width, h = element.videoHeight || element.height;
    if (!w) return null;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [WIDTH, 1];
    const at = canvas.getContext('2d', {willReadFrequently: true});
    at.drawImage(element, 0, h * (1 - STRIP / HEIGHT / 2), w, 1, 0, 0, WIDTH, 1);
    const row = at.getImageData(0, 0, WIDTH, 1).data, light = [];
    for (let n = 0; n < BLOCKS; n++) {
      const middle = Math.round((n + 0.5) * WIDTH / BLOCKS);
      let sum = 0;
      for (let x = middle - 8; x < middle + 8; x++)
        sum += row[4 * x] + row[4 * x + 1] + row[4 * x + 2];
      light.push(sum);
    }
    return light;
  };
  const camera = document.querySelector('#camera video');
  const painted = document.querySelector('#live-painted');
  return [strip(camera), strip(painted)];
}"""


def numbered(number: int, photo: Pixels) -> Pixels:
    """Return a picture of the camera: the photo, and below it white, the number's digits, black."""
    digits = [1, *(number >> bit & 1 for bit in range(BITS)), 0]
    strip = np.repeat(np.uint8(digits) * 255, SIZE[0] // len(digits))
    picture = photo.copy()
    picture[-STRIP_PX:] = strip[None, :, None]
    return picture


def number_of(light: list[float]) -> int:
    """Read a picture's number from the light of its blocks, mirrored or not."""
    light = light if light[0] > light[-1] else light[::-1]
    middle = (light[0] + light[-1]) / 2
    return sum((each > middle) << bit for bit, each in enumerate(light[1:-1]))


def write_camera(path: Path) -> None:
    """Write the camera's film as raw YUV, which Chromium plays again and again."""
    photo = cv2.imread(str(EXAMPLES / "portrait.jpg"))
    h, w = photo.shape[:2]
    part = photo[: round(w * SIZE[1] / SIZE[0])] if h * SIZE[0] > w * SIZE[1] else photo
    photo = cv2.resize(part, SIZE, interpolation=cv2.INTER_AREA)
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F{RATE}:1 Ip A1:1 C420\n".encode())
        for number in range(COUNT):
            out.write(b"FRAME\n")
            out.write(cv2.cvtColor(numbered(number, photo), cv2.COLOR_BGR2YUV_I420).tobytes())


def watched(page: Page, seconds: float) -> list[tuple[float, int, int]]:
    """Read both strips for some seconds: when, and the camera's and the painted picture's."""
    script = READ.replace("WIDTH", str(SIZE[0])).replace("HEIGHT", str(SIZE[1]))
    script = script.replace("STRIP", str(STRIP_PX)).replace("BLOCKS", str(BITS + 2))
    rows, began = [], time.monotonic()
    while (now := time.monotonic() - began) < seconds:
        camera, painted = page.evaluate(script)
        if camera and painted:
            rows.append((now, number_of(camera), number_of(painted)))
        page.wait_for_timeout(READ_MS)
    return rows


def figures(rows: list[tuple[float, int, int]]) -> dict[str, float]:
    """Return painted pictures, a second, too, and their delay: median, and of 95 % at most, ms."""
    late = [(camera - painted) % COUNT for _, camera, painted in rows]
    changes = sum(one[2] != other[2] for one, other in pairwise(rows))
    return {
        "pictures": changes,
        "fps": changes / (rows[-1][0] - rows[0][0]),
        "delay_ms": 1000 / RATE * median(late),
        "delay_95_ms": 1000 / RATE * float(np.quantile(late, 0.95)),
    }


def cpu_seconds(pid: int) -> float:
    """Return what a process has computed so far, in seconds, on Linux; other load hardly counts."""
    ran = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(ran[11]) + int(ran[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Start app and browser, watch, print."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("--seconds", type=float, default=20)
    args = cli.parse_args()
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        film = Path(folder) / "camera.y4m"
        write_camera(film)
        app = subprocess.Popen(
            [sys.executable, "app.py"],
            env={**os.environ, "GRADIO_SERVER_PORT": str(port)},
            stdout=subprocess.DEVNULL,
        )
        try:
            with sync_playwright() as play:
                camera = f"--use-file-for-fake-video-capture={film}"
                browser = play.chromium.launch(
                    executable_path=CHROMIUM, args=[*QUIET.split(), camera]
                )
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                _wait_for(port)
                open_page(page, f"http://127.0.0.1:{port}")
                page.locator("#status", has_text=READY).wait_for(timeout=READY_MS)
                page.get_by_role("tab", name="Film").click()
                page.locator("#live > button").click()
                page.locator("#camera .start").click()
                page.wait_for_function(PAINTED, timeout=60_000)
                page.wait_for_timeout(3000)  # it has found its pace
                before = cpu_seconds(app.pid)
                found = figures(watched(page, args.seconds))
                found["app_ms"] = 1000 * (cpu_seconds(app.pid) - before) / found["pictures"]
                print({k: round(v, 1) for k, v in found.items()})
                browser.close()
        finally:
            app.terminate()
            app.wait()


def _wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise SystemExit("The app was wanted within two minutes; it did not start.")


if __name__ == "__main__":
    main()
