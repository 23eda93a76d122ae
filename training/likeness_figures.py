"""How well a descriptor tells people apart, and how well it agrees with a larger one."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata, spearmanr

Descriptors = NDArray[np.float32]
Pairs = NDArray[np.intp]  # (P, 2), numbers of two pictures


def pairs_of(names: NDArray[np.str_], seed: int = 0) -> tuple[Pairs, Pairs]:
    """Return all pairs of pictures of one person, (P, 2), and as many of two, by chance.

    Raises: ValueError: nobody has two pictures, or there is only one person.
    """
    first, second = np.triu_indices(len(names), 1)
    alike = names[first] == names[second]
    same, others = (np.stack([first[m], second[m]], 1) for m in (alike, ~alike))
    if not len(same) or len(others) < len(same):
        raise ValueError("Pictures of several people, two or more of each, were wanted.")
    chosen = np.random.default_rng(seed).choice(len(others), len(same), replace=False)
    return same, others[chosen]


def distances(descriptors: Descriptors, pairs: Pairs) -> NDArray[np.float32]:
    """Return how far the descriptors, (N, D), of each pair are apart, (P,)."""
    return np.linalg.norm(descriptors[pairs[:, 0]] - descriptors[pairs[:, 1]], axis=1)


def auc(same: NDArray[np.floating], others: NDArray[np.floating]) -> float:
    """Return how often a distance of one person's pictures is smaller than one of two persons'.

    Source: Mann and Whitney 1947; it is the area under the ROC curve.
    """
    ranks = rankdata(np.concatenate([same, others]))[: len(same)]
    return 1 - float((ranks.sum() - len(same) * (len(same) + 1) / 2) / (len(same) * len(others)))


def agreement(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return Spearman's correlation of two networks' distances of the same pairs."""
    return float(spearmanr(one, other).statistic)


def figures(
    small: Descriptors, large: Descriptors, names: NDArray[np.str_], seed: int = 0
) -> dict[str, float]:
    """Compare descriptors of the same pictures by two networks, (N, D) each.

    Same and different pairs are equal in number.
    """
    same, others = pairs_of(names, seed)
    # Of each network, of the same person's pairs and of others'.
    both = [[distances(each, pairs) for pairs in (same, others)] for each in (small, large)]
    return {
        "auc": auc(*both[0]),
        "dlib_auc": auc(*both[1]),
        "spearman": agreement(*(np.concatenate(each) for each in both)),
        "same": float(np.median(both[0][0])),
        "others": float(np.median(both[0][1])),
        "dlib_same": float(np.median(both[1][0])),
        "dlib_others": float(np.median(both[1][1])),
        "usual": float(np.mean(both[0][0])),
        "spread": float(np.std(both[0][0])),
    }
