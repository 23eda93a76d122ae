"""The loop every training shares: schedule, weight average, resume, CSV log, sample sheets."""

import argparse
import csv
import math
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

if TYPE_CHECKING:
    from accelerate import Accelerator

STATE = "state.pt"
LOG_EVERY = 50


@dataclass(frozen=True)
class Schedule:
    """How long and how a training runs.

    Progress is training time over `minutes`, so the same recipe ends its cosine on any machine and
    goes on after a stop; with `steps` it is their number, so that trainings can be compared.
    """

    minutes: float
    steps: int | None = None
    warmup: float = 0.03
    floor: float = 0.02
    ema: float = 0.999
    sample_minutes: float = 10.0

    def progress(self, done: int, seconds: float) -> float:
        """Return how far a training is after so many steps and seconds: at 1 it ends."""
        return done / self.steps if self.steps else seconds / (self.minutes * 60)

    def rate(self, progress: float) -> float:
        """Return the share of the learning rate at a progress in [0, 1].

        It is a linear warm-up, then a cosine to `floor`.
        """
        if progress < self.warmup:
            return max(progress / self.warmup, 0.01)
        phase = (progress - self.warmup) / (1 - self.warmup)
        return self.floor + (1 - self.floor) * 0.5 * (1 + math.cos(math.pi * min(phase, 1.0)))


class Average:
    """Exponential moving average of a network's weights, short-memoried at first."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = deepcopy(network).eval().requires_grad_(False)
        self.decay = decay
        self.count = 0

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move the average one step toward the network's present weights."""
        self.count += 1
        weight = 1 - min(self.decay, (1 + self.count) / (10 + self.count))
        mine, theirs = (list(each.state_dict().values()) for each in (self.network, network))
        floats = [i for i, values in enumerate(mine) if values.is_floating_point()]
        torch._foreach_lerp_([mine[i] for i in floats], [theirs[i] for i in floats], weight)
        for i in set(range(len(mine))) - set(floats):
            mine[i].copy_(theirs[i])


def fit(
    networks: dict[str, nn.Module],
    optimizers: dict[str, torch.optim.Optimizer],
    step: Callable[[], dict[str, float]],
    *,
    averaged: str,
    schedule: Schedule,
    folder: Path,
    sample: Callable[[nn.Module, Path], dict[str, float]],
    together: Callable[[float], float] = float,
    writes: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> nn.Module:
    """Call `step` until the schedule ends; return the averaged network.

    `step` does one optimization step on `networks` and returns figures to log; `sample` gets the
    averaged network and a file to draw a sheet into, and returns figures measured on held-out
    data. `folder` keeps `log.csv`, `state.pt` (a later call with the same folder goes on from it),
    `average.safetensors` and `sheet-*.jpg`.

    Where several processes train one network, `together` gives all of them the first one's
    seconds, so that they stop at the same step, and only that one `writes`. `clock` gives the
    seconds that the schedule counts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    average = Average(networks[averaged], schedule.ema)
    base = {name: [g["lr"] for g in o.param_groups] for name, o in optimizers.items()}
    done, seconds = _resume(folder / STATE, networks, optimizers, average)
    seen: dict[str, float] = {}
    last_sample = seconds
    while (progress := schedule.progress(done, seconds)) < 1:
        began = clock()
        rate = schedule.rate(progress)
        for name, optimizer in optimizers.items():
            for group, lr in zip(optimizer.param_groups, base[name], strict=True):
                group["lr"] = lr * rate
        for key, value in step().items():
            seen[key] = 0.98 * seen.get(key, value) + 0.02 * value
        average.update(networks[averaged])
        done += 1
        seconds = together(seconds + clock() - began)
        if done % LOG_EVERY == 0 and writes:
            _log(
                folder / "log.csv",
                {"step": done, "minutes": round(seconds / 60, 2), "rate": rate, **seen},
            )
        if seconds - last_sample >= schedule.sample_minutes * 60:
            last_sample = seconds
            if writes:
                _milestone(folder, done, seconds, networks, optimizers, average, sample)
    if writes and (seconds > last_sample or not done):
        _milestone(folder, done, seconds, networks, optimizers, average, sample)
    return average.network


def fit_small(
    name: str, network: nn.Module, loss: Callable[[], Tensor], args: argparse.Namespace, *,
    decay: float, steepest: float = math.inf,
    sample: Callable[[nn.Module, Path], dict[str, float]],
) -> None:  # fmt: skip
    """Train one small network on the CPU by AdamW, as `parser_of`'s command and its own say.

    `name`: the network's, in a run's state. `loss` is of the next batch. `args`: besides that
    command's, `start`, a checkpoint or None, and `rate`, the highest learning rate. `decay`: of
    weights; `steepest`: the most norm of gradients.
    """
    network.to(memory_format=torch.channels_last)
    if args.start:
        network.load_state_dict(single(args.start))
    optimizer = torch.optim.AdamW(network.parameters(), args.rate, weight_decay=decay)

    def step() -> dict[str, float]:
        now = loss()
        optimizer.zero_grad(set_to_none=True)
        now.backward()
        nn.utils.clip_grad_norm_(network.parameters(), steepest)
        optimizer.step()
        return {"loss": now.item()}

    fit(
        {name: network},
        {name: optimizer},
        step,
        averaged=name,
        schedule=Schedule(args.minutes, ema=0.998, sample_minutes=args.sample_minutes),
        folder=args.run,
        sample=sample,
        clock=clock_of(torch.device("cpu")),
    )


def shared_by(machine: "Accelerator") -> dict[str, Any]:
    """Return what `fit` is told where several processes may train one network.

    These are `together`, `writes` and `clock`.
    """
    from accelerate.utils import broadcast  # whoever runs the page has no accelerate

    def together(seconds: float) -> float:
        return broadcast(torch.tensor(seconds, dtype=torch.float64, device=machine.device)).item()

    return {
        "together": together,
        "writes": machine.is_main_process,
        "clock": clock_of(machine.device),
    }


def clock_of(device: torch.device) -> Callable[[], float]:
    """Return what a training's seconds are counted by.

    On a CPU it is its own thread's clock, so that a busy machine does not end it early.
    """
    return time.thread_time if device.type == "cpu" else time.monotonic


def _resume(
    path: Path,
    networks: dict[str, nn.Module],
    optimizers: dict[str, torch.optim.Optimizer],
    average: Average,
) -> tuple[int, float]:
    if not path.exists():
        return 0, 0.0
    state = torch.load(path, map_location="cpu", weights_only=True)
    for name, network in networks.items():
        network.load_state_dict(state["networks"][name])
    for name, optimizer in optimizers.items():
        optimizer.load_state_dict(state["optimizers"][name])
    average.network.load_state_dict(state["average"])
    average.count = state["step"]
    return state["step"], state["seconds"]


def _milestone(
    folder: Path,
    done: int,
    seconds: float,
    networks: dict[str, nn.Module],
    optimizers: dict[str, torch.optim.Optimizer],
    average: Average,
    sample: Callable[[nn.Module, Path], dict[str, float]],
) -> None:
    state = {
        "step": done,
        "seconds": seconds,
        "networks": {n: m.state_dict() for n, m in networks.items()},
        "optimizers": {n: o.state_dict() for n, o in optimizers.items()},
        "average": average.network.state_dict(),
    }
    torch.save(state, folder / "state.tmp")
    (folder / "state.tmp").replace(folder / STATE)
    save_file(half(average.network), folder / "average.safetensors")
    figures = sample(average.network, folder / f"sheet-{done:06d}.jpg")
    _log(folder / "held_out.csv", {"step": done, "minutes": round(seconds / 60, 2), **figures})


def half(network: nn.Module) -> dict[str, Tensor]:
    """Return the network's state dict with floats as fp16, counters as they are."""
    return half_state(network.state_dict())


def half_state(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return a state dict with floats as fp16, counters as they are."""
    return {
        key: value.detach()
        .cpu()
        .to(torch.float16 if value.is_floating_point() else value.dtype)
        .contiguous()
        for key, value in state.items()
    }


def single(*files: Path) -> dict[str, Tensor]:
    """Return the state dict in a checkpoint's files, floats as fp32: the way back from `half`."""
    return {
        key: value.float() if value.is_floating_point() else value
        for file in files
        for key, value in load_file(file).items()
    }


def _log(path: Path, row: dict[str, float]) -> None:
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(row)
        writer.writerow([round(v, 5) for v in row.values()])
