"""Write a checkpoint as safetensors; run as a worker process."""

from pathlib import Path

from pipeline.runtime.build import checked_state
from pipeline.weights.cache import VerifiedWeights
from pipeline.weights.worker import answer


def write(checkpoint: VerifiedWeights, file: Path) -> None:
    """Write a checkpoint as safetensors in this process.

    Raises: WeightError: the checkpoint does not hold this network's weights.
    """
    from safetensors.torch import save_file

    save_file(checked_state(checkpoint), file)


if __name__ == "__main__":
    answer(write)
