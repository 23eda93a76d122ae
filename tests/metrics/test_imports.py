"""What measures is as light to import as what paints."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_torch_and_piq_are_imported_only_when_a_measure_needs_them():
    files = (ROOT / "pipeline/metrics").glob("[!_]*.py")
    names = sorted(f"pipeline.metrics.{file.stem}" for file in files)
    assert len(names) > 5
    code = f"import sys, {', '.join(names)}; print({{'torch', 'piq'}} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "set()", done.stdout + done.stderr
