"""Turn a published HuBERT quantiser (.pth, a pickle) into the safetensors that the product loads.

    python scripts/convert_quantiser.py polish-HuBERT-quantizer_8_epoch.pth quantisers/pl --licence MIT [--layer 9]

The pickle is read by models/sandbox.py alone: in a child process without network, tensors only. The folder then holds
quantiser.safetensors and quantiser.json; name it in a profile: [models] quantiser = "path:/.../quantisers/pl". The
quantiser of the catalogue needs none of this: `cliffhanger models pull` converts it the same way."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from models.quantiser import SETTINGS, TENSORS, QuantiserSettings, load_quantiser, settings_of
from models.sandbox import convert
from models.weights import file_sha256

MOST_BYTES = 2_000_000_000


def main(arguments: list[str] | None = None) -> int:
    told = parser().parse_args(arguments)
    try:
        settings = converted(told.source, told.folder, told.layer, told.licence)
    except (ValueError, OSError) as error:
        print(f"convert_quantiser: {error}", file=sys.stderr)
        return 2
    print(
        f"{told.folder / TENSORS}: layer {settings.layer} of HuBERT, from {settings.source} ({settings.source_sha256})"
    )
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("source", type=Path, help="the .pth file")
    found.add_argument("folder", type=Path, help="where the result goes; must hold no quantiser yet")
    found.add_argument(
        "--layer", type=int, default=9, help="the HuBERT layer that it was trained on, from 1 (default 9)"
    )
    found.add_argument("--licence", required=True, help="the licence that its publisher gives it, such as MIT")
    return found


def converted(source: Path, folder: Path, layer: int, licence: str) -> QuantiserSettings:
    """Converts and checks; the folder appears in its final state or not at all. ValueError, one line, when it cannot."""
    if not source.is_file() or source.stat().st_size > MOST_BYTES:
        raise ValueError(f"there is no quantiser {source}")
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty")
    told = {"layer": layer, "source": source.name, "source_sha256": file_sha256(source), "licence": licence}
    settings = settings_of(told)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".converting-") as name:
        draft = Path(name) / "whole"
        draft.mkdir()
        convert(source, draft / TENSORS)
        (draft / SETTINGS).write_text(settings.model_dump_json(indent=1) + "\n", encoding="utf-8")
        load_quantiser(draft)
        draft.replace(folder)
    return settings


if __name__ == "__main__":
    sys.exit(main())
