"""EasyPortrait as its authors lay it out.

Photos are `images/{train,val,test}/*.jpg`, masks `annotations/{train,val,test}/*.png`.

Source: Kapitanov et al. 2023, "EasyPortrait - Face Parsing and Portrait Segmentation Dataset".
"""

from pathlib import Path

from torch.utils.data import Dataset

from training.checks import DatasetError, Pair, paired, problems_in
from training.labels import EASYPORTRAIT
from training.samples import Sample, face_in, read_mask, read_pixels

SPLITS = ("train", "val", "test")
CLASSES = 9
WHOLE = 0.3


class EasyPortrait(Dataset[Sample]):
    """The labelled photos of one split, read when they are asked for."""

    def __init__(self, folder: Path, split: str) -> None:
        self.pairs, problems = files(folder, split)
        if problems:
            raise DatasetError(folder, problems)

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> Sample:
        photo, mask = self.pairs[index]
        labels = EASYPORTRAIT[read_mask(mask)]
        return Sample(read_pixels(photo), labels, face_in(labels), WHOLE)


def files(folder: Path, split: str) -> tuple[list[Pair], list[str]]:
    """Return a split's photos with their masks, paired by glob.

    Beside them, a problem for each that stands alone.
    """
    return paired(folder / "images" / split, folder / "annotations" / split)


def check(folder: Path, splits: tuple[str, ...] = SPLITS) -> None:
    """Read every file once.

    Raises: DatasetError: files are missing or unreadable, or masks hold unknown classes or have
    another size than their photo.
    """
    problems = []
    for split in splits:
        pairs, alone = files(folder, split)
        problems += alone + problems_in(pairs, CLASSES)
    if problems:
        raise DatasetError(folder, problems)
