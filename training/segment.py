"""Train the portrait parser: `python -m training.segment ../shared/data RUN_FOLDER --start SHARD...`.

Source: Lai 2024 (the U-Net trained on EasyPortrait), with twelve outputs instead of nine.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import segmentation_models_pytorch as smp
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

from training.faces import MEAN, PERSON, STD, Sample, augmented, load_samples, nine_truth
from training.loop import Schedule, fit, single

CLASSES = 12
# Small classes count more: an eye is a thousandth of the picture.
WEIGHTS = torch.tensor([0.8, 0.8, 1.0, 2.5, 2.5, 3.0, 3.0, 2.0, 2.5, 1.0, 1.5, 2.0])

PERSON_WEIGHT = 1.5  # bodies come in so many clothes that the network would rather call them background


def loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return weighted cross-entropy + Dice; a PERSON pixel asks only that the background's probability is low.

    Shapes: logits (B, 12, H, W), labels (B, H, W) uint8 with PERSON for "a person, the part unknown".
    """
    log_p = F.log_softmax(logits.float(), 1)
    p = log_p.exp()
    known = labels < CLASSES
    target = labels.long().clamp(max=CLASSES - 1)
    picked = -log_p.gather(1, target[:, None])[:, 0] * WEIGHTS.to(logits.device)[target]
    unknown = -PERSON_WEIGHT * torch.log1p(-p[:, 0].clamp(max=1 - 1e-4))
    cross_entropy = torch.where(known, picked, torch.where(labels == PERSON, unknown, 0.0)).mean()
    one_hot = F.one_hot(target, CLASSES).permute(0, 3, 1, 2) * known[:, None]
    overlap = (p * one_hot).sum((0, 2, 3))
    size = (p * known[:, None]).sum((0, 2, 3)) + one_hot.sum((0, 2, 3))
    present = one_hot.sum((0, 2, 3)) > 0
    dice = (1 - (2 * overlap + 1) / (size + 1))[present].mean()
    return cross_entropy + dice


def batches(samples: list[Sample], backgrounds: list[Path], batch: int, side: int, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield endless augmented batches: (B, 3, side, side) normalized photos and (B, side, side) labels."""
    rng = np.random.default_rng(seed)
    share = np.array([s.weight for s in samples])
    share = share / share.sum()
    while True:
        pairs = [augmented(samples[i], backgrounds, side, rng) for i in rng.choice(len(samples), batch, p=share)]
        photos = torch.stack([torch.from_numpy(p).permute(2, 0, 1) for p, _ in pairs]).float() / 255
        yield (photos - MEAN) / STD, torch.from_numpy(np.stack([m for _, m in pairs]))


@torch.inference_mode()
def evaluate(network: nn.Module, data: Path, sheet: Path) -> dict[str, float]:
    """Measure nine-class mIoU on `face_parsing_test` and person IoU in the wild at 256 px; draw eight samples."""
    confusion, person, rows = np.zeros((9, 9)), np.zeros(2), []
    for kind in ("face_parsing_test", "portraits_in_the_wild_test"):
        for index, photo_file in enumerate(sorted((data / kind / "images").iterdir())):
            photo = cv2.imread(str(photo_file))[:, :, ::-1]
            truth = cv2.imread(str(data / kind / "masks" / f"{photo_file.stem}.png"), cv2.IMREAD_GRAYSCALE)
            h, w = truth.shape
            k = 256 / max(photo.shape[:2])
            small = cv2.resize(photo, (round(w * k / 32) * 32, round(h * k / 32) * 32), interpolation=cv2.INTER_AREA)
            x = (torch.from_numpy(small.copy()).permute(2, 0, 1).float() / 255 - MEAN) / STD
            p = F.interpolate(network(x[None].to(next(network.parameters()).device)).softmax(1).cpu(), (h, w), mode="bilinear")[0]
            nine = torch.cat([p[:1], p[1:2] + p[9:].sum(0, keepdim=True), p[2:9]])
            guess = nine.argmax(0).numpy()
            if kind == "face_parsing_test":
                confusion += np.bincount(nine_truth(truth).astype(int).ravel() * 9 + guess.ravel(), minlength=81).reshape(9, 9)
            else:
                is_person = (p[0] < 0.5).numpy()
                person += ((truth > 127) & is_person).sum(), ((truth > 127) | is_person).sum()
            if index < 8:
                rows.append(np.hstack([cv2.resize(photo, (192, 192)), cv2.resize(PALETTE[p.argmax(0).numpy()], (192, 192))]))
    cv2.imwrite(str(sheet), np.vstack([np.hstack(rows[i : i + 4]) for i in range(0, len(rows), 4)])[:, :, ::-1])
    inter = np.diag(confusion)
    iou = inter / np.maximum(confusion.sum(0) + confusion.sum(1) - inter, 1)
    return {"miou": iou.mean(), "person": person[0] / person[1], **{f"class{i}": v for i, v in enumerate(iou)}}


PALETTE = np.array(
    [[0, 0, 0], [90, 90, 160], [242, 200, 170], [200, 130, 50], [160, 90, 20], [0, 220, 120], [40, 160, 30], [210, 40, 80],
     [255, 255, 255], [120, 70, 40], [60, 120, 200], [230, 220, 60]], np.uint8
)  # fmt: skip


def widened(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return a nine-class state dict with hair, headwear and glasses as copies of person's row, each made less likely."""
    weight, bias = state["segmentation_head.0.weight"], state["segmentation_head.0.bias"]
    if len(bias) == CLASSES:
        return state
    # ln 4 off each of the four keeps the sum of their probabilities where person's was.
    bias = torch.cat([bias, bias[1:2].repeat(3)])
    bias[[1, 9, 10, 11]] -= np.log(4)
    return {**state, "segmentation_head.0.weight": torch.cat([weight, weight[1:2].repeat(3, 1, 1, 1)]), "segmentation_head.0.bias": bias}


def main() -> None:
    """Train from a start checkpoint (or from nothing) for a number of minutes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--start", type=Path, nargs="*", default=[], help="safetensors shards to start from")
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    torch.manual_seed(0)
    network = smp.Unet("efficientnet-b2", encoder_weights=None, classes=CLASSES)
    if args.start:
        network.load_state_dict(widened(single(*args.start)))
    network = network.to(args.device, memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), args.rate, weight_decay=1e-2)
    samples = load_samples(args.data, network.eval())
    network.train()
    stream = batches(samples, sorted((args.data / "photos").iterdir()), args.batch, args.side, seed=torch.randint(1 << 30, ()).item())

    def step() -> dict[str, float]:
        photos, labels = (t.to(args.device) for t in next(stream))
        network.train()
        with torch.autocast(args.device, torch.bfloat16):
            logits = network(photos.contiguous(memory_format=torch.channels_last))
        value = loss(logits, labels)
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        return {"loss": value.item()}

    fit(
        {"parser": network}, {"adam": optimizer}, step, averaged="parser", schedule=Schedule(args.minutes),
        folder=args.folder, sample=lambda net, sheet: evaluate(net, args.data, sheet),
    )  # fmt: skip


if __name__ == "__main__":
    main()
