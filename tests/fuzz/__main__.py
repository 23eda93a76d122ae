"""Give broken and hostile inputs to all that reads them: `python -m tests.fuzz OUT --count 2000`.

Each kind has a process of its own, which is watched: an input on which it works longer than
`SLOWEST_S` is a failure, as is one that ends in anything but a result or one sentence, or a process
that ever took more than `MOST_BYTES`. The inputs of failures are kept in OUT.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from tests.fuzz.watching import KINDS, fuzz


def main() -> None:
    """Fuzz each kind, print a line of each, and fail where anything did."""
    parser = argparse.ArgumentParser(description="Fuzz all that reads what visitors give.")
    parser.add_argument("out", type=Path, help="where inputs that failed are kept")
    parser.add_argument("--count", type=int, default=2000, help="inputs of each kind")
    parser.add_argument("--kinds", default=",".join(KINDS), help="which, by commas")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    failed = 0
    for kind in chosen.kinds.split(","):
        found = fuzz(kind, chosen.count, chosen.seed, chosen.out)
        failed += len(found.failures)
        line = {k: v for k, v in vars(found).items() if k not in ("failures", "said")}
        line |= {"failed": len(found.failures), "sentences": len(found.said)}
        line = {k: round(v, 2) if isinstance(v, float) else v for k, v in line.items()}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
