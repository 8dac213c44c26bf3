"""`cliffhanger cut` and `cliffhanger conform`: what a person types. Knows no media."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

CUT_EXAMPLES = (
    "cliffhanger cut talk.mp4 -o talk-cut.mp4",
    "cliffhanger cut left.mp4 right.mp4 wide.mp4 --audio mixer.wav --style thriller -o cut.otio",
    "cliffhanger cut match.mkv --length 60 --size 1080x1920 -o best-of.mp4 --plot best-of.png --explain",
)
CONFORM_EXAMPLES = (
    "cliffhanger conform cut.otio -o master.mp4",
    "cliffhanger conform edited/cut.otio --media footage -o master.mp4 --size 1080x1920",
)

Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="a master (.mp4 .mov .mkv .wav .m4a) or a cut (.otio .edl .xml .fcpxml)"
    ),
]
Size = Annotated[
    str | None,
    typer.Option(metavar="WxH", help="of the master, such as 1080x1920 (default: of the first picture)"),
]
Fit = Annotated[str, typer.Option(help="a picture of another shape: crop, pad, or blur (itself behind it)")]
Captions = Annotated[
    Path | None, typer.Option(metavar="FILE", help="subtitles of the first file (.srt .vtt .ass), moved with the cut")
]
CaptionStyle = Annotated[str, typer.Option(help="bottom, karaoke or pop")]
Loudness = Annotated[float, typer.Option(min=-40, max=-5, help="of the master, LUFS")]
AsRecorded = Annotated[bool, typer.Option("--as-recorded", help="leave the sound as loud as it was recorded")]
Threads = Annotated[int, typer.Option(min=1, max=64, help="of the encoder: pinned, so that a rerun is byte-identical")]
Encoder = Annotated[str, typer.Option(help="auto (the GPU's where it works), x264 or nvenc")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="replace files that are there")]
AsJson = Annotated[bool, typer.Option("--json", help="the last line is one JSON object")]


def cut(
    media: Annotated[list[Path], typer.Argument(metavar="MEDIA...", help="video or sound files")],
    audio: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="sound recorded apart; music when it is not in step with the files"),
    ] = None,
    style: Annotated[
        str,
        typer.Option(
            help="calm, drama, thriller, comic, trailer (all but calm add effects and sounds), or your own .toml"
        ),
    ] = "calm",
    output: Output = None,
    length: Annotated[
        float | None,
        typer.Option(min=1, max=21600, metavar="SECONDS", help="only the strongest moments, so long in all"),
    ] = None,
    keep_silence: Annotated[bool, typer.Option("--keep-silence", help="silences stay in")] = False,
    order: Annotated[
        str, typer.Option(help="several files: angles (of one scene), sequence, or auto (angles when they are in step)")
    ] = "auto",
    rate: Annotated[
        str | None,
        typer.Option(metavar="FPS", help="24, 25, 30, 23.976, 29.97, 60 ... (default: of the first picture)"),
    ] = None,
    size: Size = None,
    fit: Fit = "crop",
    captions: Captions = None,
    caption_style: CaptionStyle = "bottom",
    loudness: Loudness = -14.0,
    as_recorded: AsRecorded = False,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="same files, style and seed: same cut")] = 1,
    explain: Annotated[
        bool, typer.Option("--explain", help="print every cut with the rule and the marker behind it")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="draw intensity, markers, cuts and rules (.png .svg)")
    ] = None,
    markers: Annotated[Path | None, typer.Option(metavar="FILE", help="write the markers (.json)")] = None,
    cuts: Annotated[Path | None, typer.Option(metavar="FILE", help="write the cut list (.json)")] = None,
    encoder: Encoder = "auto",
    threads: Threads = 2,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Cut any footage on its sound: silences out, cuts on intensity, angles, highlights."""
    _on_one_thread()
    from engine import cut_commands

    look = cut_commands.Master(size, fit, caption_style, None if as_recorded else loudness, encoder, threads, overwrite)
    asked = cut_commands.Asked(
        tuple(media), audio, style, output, length, keep_silence, order, rate, captions, seed, explain, plot, markers,
        cuts,
    )  # fmt: skip
    cut_commands.cut(asked, look, as_json)


def conform(
    edit: Annotated[Path, typer.Argument(metavar="FILE.otio", help="a cut, ours or as a person edited it")],
    output: Output = None,
    media: Annotated[
        Path | None, typer.Option(metavar="DIR", help="all files of the cut lie in it (default: the cut's own folder)")
    ] = None,
    size: Size = None,
    fit: Fit = "crop",
    captions: Captions = None,
    caption_style: CaptionStyle = "bottom",
    encoder: Encoder = "auto",
    threads: Threads = 2,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Make the master of an edited cut."""
    _on_one_thread()
    from engine import cut_commands

    look = cut_commands.Master(size, fit, caption_style, None, encoder, threads, overwrite)
    cut_commands.conform_cut(edit, media, output, captions, look, as_json)


def _on_one_thread() -> None:
    """Before numpy is loaded: our matrices are small, and threads that wait for one another cost more than they bring (on a
    busy machine twice the time). Who sets a number keeps it."""
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
