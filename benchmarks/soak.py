"""Paint for many visitors for a while: `python -m benchmarks.soak --visitors 16 --minutes 30`.

It serves the page on this machine, and nowhere else. Each photo carries a number as a row of black
and white squares, which its painting has to show: so nobody got somebody else's, nor an earlier
one. `--browsers 2`: Chromium walks stories meanwhile (`tests/smoke/stories.py`). `--rests 31`: then
nobody comes for so many minutes, after which no file may be left. It prints a line of JSON:
paintings, stories, errors, mixed up pictures, the server's memory once it has settled, files that
were left. Exit code 1: one of them is not as it should be.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
from gradio_client import Client, handle_file
from PIL import Image

ROOT = Path(__file__).parents[1]
MOST_VISITORS, MOST_MINUTES = 32, 60
BITS, SQUARE = 10, 48  # of the number, and its squares' side, px
VISITS = 32  # numbers a visitor has
WAYS = ({}, {"painter": "fast"}, {"painter": "network"})  # to paint, one after the other
FLAT = 0.05  # how much a minute's memory may differ from the mean, as a share
TRIES, STARTS_S, BEGINS_S = (
    5,
    600.0,
    10.0,
)  # to start; until it answers; until it has done the rest of its start
LONGEST_S = 900.0  # a painting, behind those of all others
GOES_AFTER_S = 31 * 60.0
# What each browser walks, one after the other, again and again: (story, width of the window).
WALKED = (
    (("2-own-photo", 1440), ("9-share", 390), ("3-looks", 1280)),
    (("10-many", 390), ("6-compare", 1440), ("5-people", 390)),
)
PATIENCE = "4"  # times as long as a walk waits on a page that nobody else uses


@dataclass
class Tally:
    """What became of all visits."""

    painted: int = 0
    walked: int = 0
    errors: list[str] = field(default_factory=list)
    mixed_up: int = 0
    seconds: list[float] = field(default_factory=list)
    memory_mb: list[tuple[float, float]] = field(default_factory=list)  # (minute, MB)


def marked(photo: Image.Image, number: int) -> Image.Image:
    """Return a portrait, `BITS` squares wide, with a number along its lower edge."""
    width = BITS * SQUARE
    picture = photo.convert("RGB").resize((width, round(width * 1.25)))
    top = picture.height - SQUARE
    for bit in range(BITS):
        color = "white" if number >> bit & 1 else "black"
        picture.paste(color, (bit * SQUARE, top, (bit + 1) * SQUARE, picture.height))
    return picture


def number_in(painting: Image.Image) -> int:
    """Read the number that a painting shows."""
    side = painting.width / BITS
    gray = np.asarray(painting.convert("L"), float)
    row = gray[round(-0.75 * side) : round(-0.25 * side)]
    middles = [slice(round((bit + 0.25) * side), round((bit + 0.75) * side)) for bit in range(BITS)]
    return sum(1 << bit for bit, middle in enumerate(middles) if row[:, middle].mean() > 128)


def visit(url: str, visitor: int, until: float, tally: Tally, folder: Path) -> None:
    """Paint as one visitor until the time is over."""
    photo = Image.open(ROOT / "examples/portrait.jpg")
    try:
        client = Client(
            url, verbose=False, download_files=folder, httpx_kwargs={"timeout": LONGEST_S}
        )
    except Exception as error:
        tally.errors.append(repr(error)[:300])
        return
    turn = 0
    while time.monotonic() < until:
        number = visitor * VISITS + turn % VISITS
        path = folder / f"visitor-{visitor}.png"
        marked(photo, number).save(path)
        began = time.monotonic()
        try:
            how = WAYS[(visitor + turn) % len(WAYS)]
            file, report, _ = client.predict(
                photo=handle_file(path), size="photo", **how, api_name="/paint"
            )
            with Image.open(file) as painting:
                right = number_in(painting) == number
            tally.mixed_up += not (right and report["photo"] == path.stem)
            tally.painted += 1
            tally.seconds.append(time.monotonic() - began)
        except Exception as error:
            tally.errors.append(repr(error)[:300])
            time.sleep(1)
        turn += 1


def walk(url: str, browser: int, until: float, tally: Tally, folder: Path) -> None:
    """Walk stories in a browser until the time is over."""
    stories, turn = WALKED[browser % len(WALKED)], 0
    while time.monotonic() < until:
        name, width = stories[turn % len(stories)]
        command = [
            sys.executable,
            "-m",
            "tests.smoke.stories",
            url,
            str(folder / f"walk-{browser}"),
        ]
        process = subprocess.Popen(
            [*command, "--only", name, "--width", str(width)], cwd=ROOT, text=True,
            env=os.environ | {"PATIENCE": PATIENCE}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            said, _ = process.communicate(timeout=LONGEST_S * int(PATIENCE))
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
        if process.returncode:
            tally.errors.append(f"{name}, {width} px: {said[-300:]}")
        tally.walked += not process.returncode
        turn += 1


def memory_mb(pid: int) -> float:
    """Return what a process and its children hold in memory; 0 of one that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    fields = dict(line.split(":", 1) for line in status.splitlines())
    own = int(fields.get("VmRSS", "0").split()[0]) / 1024  # one that is ending has none
    return own + sum(memory_mb(int(each)) for each in children)


def served(base: Path, log: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Serve the page; return its process and address once it answers.

    Gradio gives up where its own page does not answer within 3 s, as on a busy machine.
    """
    for _ in range(TRIES):
        started = _started(base, log)
        if started is not None:
            return started
    raise RuntimeError(f"The page did not start; see {log}.")


def _started(base: Path, log: Path) -> tuple[subprocess.Popen[bytes], str] | None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    here = {
        "GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port),
        "GRADIO_TEMP_DIR": str(base), "HF_HUB_OFFLINE": "1",
    }  # fmt: skip
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=os.environ | here, stdout=said, stderr=said
        )
    until = time.monotonic() + STARTS_S
    while time.monotonic() < until and process.poll() is None:
        with suppress(httpx.HTTPError):
            url = f"http://127.0.0.1:{port}/"
            if httpx.get(url, timeout=30).status_code == 200:
                time.sleep(BEGINS_S)
                return process, url
        time.sleep(1)
    process.kill()
    return None


def by_minute(seen: list[tuple[float, float]], settles: float) -> list[float]:
    """Return the median of each minute from `settles` on.

    A painting takes memory and gives it back. `seen`: (minute, MB).
    """
    minutes: dict[int, list[float]] = {}
    for minute, size in seen:
        if minute >= settles:
            minutes.setdefault(int(minute - settles), []).append(size)
    return [float(np.median(sizes)) for sizes in minutes.values()]


def files_in(folder: Path) -> list[Path]:
    """List the files in a folder, however deep."""
    return [each for each in folder.rglob("*") if each.is_file()]


def soak(
    visitors: int, browsers: int, minutes: float, settles: float, rests: float, log: Path
) -> dict[str, object]:
    """Serve the page, visit it, let it rest, end it; return what was found.

    `settles`, `rests`: minutes.
    """
    tally, unused = Tally(), None
    with tempfile.TemporaryDirectory() as kept, tempfile.TemporaryDirectory() as got:
        base = Path(kept)
        process, url = served(base, log)
        try:
            began, own = time.monotonic(), {*files_in(base)}
            until = began + minutes * 60
            threads = [
                threading.Thread(
                    target=act, args=(url, number, until, tally, Path(got)), daemon=True
                )
                for act, count in ((visit, visitors), (walk, browsers))
                for number in range(count)
            ]
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads) and process.poll() is None:
                minute = (time.monotonic() - began) / 60
                tally.memory_mb.append((minute, memory_mb(process.pid)))
                time.sleep(2)
            if process.poll() is not None:
                tally.errors.append(f"the page ended by itself, with {process.returncode}")
            if rests:
                time.sleep(rests * 60)
                unused = len({*files_in(base)} - own)
            old = time.time() - GOES_AFTER_S
            stale = sum(each.stat().st_mtime < old for each in files_in(base))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(120)
            except subprocess.TimeoutExpired:
                process.kill()
        left = len(list(base.iterdir()))
    settled = by_minute(tally.memory_mb, settles)
    mean = float(np.mean(settled)) if settled else 0.0
    return {
        "visitors": visitors, "browsers": browsers, "minutes": minutes,
        "paintings": tally.painted, "stories": tally.walked,
        "median_s": round(float(np.median(tally.seconds or [0])), 1),
        "errors": len(tally.errors), "first_error": (tally.errors or [""])[0],
        "mixed_up": tally.mixed_up, "memory_mb": round(mean),
        "memory_off": round(max((abs(size / mean - 1) for size in settled), default=0.0), 3),
        "memory_by_minute": [round(size) for size in settled],
        "most_mb": round(max((size for _, size in tally.memory_mb), default=0.0)),
        "stale_files": stale, "left_after_rest": unused, "left_after_exit": left,
        "tracebacks": log.read_text(errors="replace").count("Traceback"),
    }  # fmt: skip


def is_well(found: dict[str, object]) -> bool:
    """Tell whether all is as it should be."""
    nothing = (
        "errors", "mixed_up", "stale_files", "left_after_rest", "left_after_exit", "tracebacks",
    )  # fmt: skip
    flat = float(str(found["memory_off"])) <= FLAT
    return bool(found["paintings"]) and flat and not any(found[each] for each in nothing)


def main() -> None:
    """Soak, print what was found, and fail where it is not well."""
    parser = argparse.ArgumentParser(description="Paint for many visitors for a while.")
    parser.add_argument("--visitors", type=int, default=4, help=f"at most {MOST_VISITORS}")
    parser.add_argument("--minutes", type=float, default=5, help=f"at most {MOST_MINUTES}")
    parser.add_argument("--browsers", type=int, default=0, choices=range(len(WALKED) + 1))
    parser.add_argument("--rests", type=float, default=0, help="minutes without visitors, then")
    parser.add_argument("--settles", type=float, help="minutes after which memory is flat (5)")
    parser.add_argument("--log", type=Path, default=Path("runs/soak.log"), help="of the page")
    chosen = parser.parse_args()
    if not (0 < chosen.visitors <= MOST_VISITORS and 0 < chosen.minutes <= MOST_MINUTES):
        parser.error(f"1 to {MOST_VISITORS} visitors for up to {MOST_MINUTES} minutes")
    chosen.log.parent.mkdir(parents=True, exist_ok=True)
    settles = min(5.0, chosen.minutes / 2) if chosen.settles is None else chosen.settles
    found = soak(
        chosen.visitors, chosen.browsers, chosen.minutes, settles, chosen.rests, chosen.log
    )
    sys.stdout.write(json.dumps(found) + "\n")
    sys.exit(not is_well(found))


if __name__ == "__main__":
    main()
