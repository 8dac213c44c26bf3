"""What `cliffhanger cut` and `cliffhanger conform` do. Prints for a person; knows no flag parsing.

What only some calls need (encoding, fonts, plots, cut formats) is loaded by those: it takes longer than a cut list."""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from engine.batching import core_seconds
from engine.core import UserError
from engine.edit_rules import load_style
from engine.footage import joining, listing
from engine.footage.assembling import assemble
from engine.footage.deciding import Decided, Wish, decide
from engine.footage.kinds import CUTS, MASTERS, Encoder, Fit
from engine.footage.laying import Layout
from engine.footage.material import Material, Order, gather
from engine.footage.media import Media, open_media
from engine.footage.telling import done, joins
from engine.rates import Rate, frame_at, parse_rate, rate_text, seconds_of, timecode
from engine.timeline import Caption, Timeline

if TYPE_CHECKING:
    from engine.footage.conform import Conformed, Conforming

SIZE = re.compile(r"(\d{2,4})x(\d{2,4})")
LEAST_SIDE, MOST_SIDE = 64, 4320
Word = TypeVar("Word", bound=str)
ORDERS: tuple[Order, ...] = get_args(Order)
FITS: tuple[Fit, ...] = get_args(Fit)
ENCODERS: tuple[Encoder, ...] = get_args(Encoder)
USUAL_LOOK = "bottom"
"""The captions' usual style: known to be there without loading the others."""
DUCK_DB = 9.0
"""How far music goes down under a voice; a rule may take it further."""
STAGE = "conforming"
LEAST_SECONDS, SECONDS_A_SECOND = 3600.0, 60.0
"""A master may take an hour, or this many times its own length."""


@dataclass(frozen=True)
class Master:
    """How a master is made. `loudness` LUFS, None: as recorded."""

    size: str | None
    fit: str
    caption_style: str
    loudness: float | None
    encoder: str
    threads: int
    overwrite: bool


@dataclass(frozen=True)
class Asked:
    """What to cut and what to write."""

    media: tuple[Path, ...]
    audio: Path | None
    style: str
    output: Path | None
    length: float | None
    keep_silence: bool
    order: str
    rate: str | None
    captions: Path | None
    seed: int
    explain: bool
    plot: Path | None
    markers: Path | None
    cuts: Path | None

    @property
    def outputs(self) -> list[Path]:
        return [p for p in (self.output, self.plot, self.markers, self.cuts) if p]


def cut(asked: Asked, master: Master, as_json: bool) -> None:
    """Cuts, and writes all that was asked for; nothing is written before everything was checked."""
    started, before = time.monotonic(), core_seconds()
    check_master(master)
    check_outputs(asked, master)
    style = load_style(asked.style)
    files = [open_media(path) for path in asked.media]
    extra = open_media(asked.audio) if asked.audio else None
    rate = rate_of(asked.rate, files)
    size = size_of(master.size, files)
    material = gather(files, extra, rate, chosen(asked.order, ORDERS, "--order"))
    if len(files) > 1 and material.master is None and asked.order == "auto":
        print("not cameras of one scene (their sound is not in step, or one has none): cut one after the other")
    wish = Wish(style, asked.keep_silence, frame_at(asked.length, rate) if asked.length else None, asked.seed)
    decided = decide(material, wish)
    notes: dict[str, object] = {"style": style.name, "seed": asked.seed, "name": files[0].path.stem, "size": list(size)}
    timeline = assemble(material, decided, target_lufs=master.loudness, notes=notes)
    if asked.captions:
        timeline = replace(timeline, captions=moved_captions(asked.captions, timeline))
    made = write_all(asked, master, timeline, material, size)
    if asked.explain:
        print("\n".join(explanations(decided, material)))
    report(asked, material, timeline, made, time.monotonic() - started, core_seconds() - before, as_json)


def check_outputs(asked: Asked, master: Master) -> None:
    """UserError for a file that cannot be written as asked, before any work is done."""
    if not asked.outputs and not asked.explain:
        raise UserError("say what to make: -o FILE (a master or a cut), --plot, --markers, --cuts or --explain")
    wanted = (
        (asked.output, (*MASTERS, *CUTS), "--output"),
        (asked.plot, (".png", ".svg"), "--plot"),
        (asked.markers, (".json",), "--markers"),
        (asked.cuts, (".json",), "--cuts"),
    )
    for path, suffixes, option in wanted:
        if path is not None and path.suffix.lower() not in suffixes:
            raise UserError(f"{option} {path}: its name must end in {', '.join(suffixes)}")
    twice = {p for p in asked.media if [q.resolve() for q in asked.media].count(p.resolve()) > 1}
    if twice:
        raise UserError(f"{min(twice)} is given twice")
    inputs = [*asked.media, *([asked.audio] if asked.audio else []), *([asked.captions] if asked.captions else [])]
    refuse_taken(asked.outputs, inputs, master.overwrite)


def refuse_taken(outputs: Sequence[Path], inputs: Sequence[Path], overwrite: bool) -> None:
    """UserError for an output that is an input, is named twice, or is there already."""
    sources = {path.resolve() for path in inputs}
    seen: set[Path] = set()
    for path in outputs:
        whole = path.resolve()
        if whole in sources:
            raise UserError(f"{path} is one of the files to read: it would be lost")
        if whole in seen:
            raise UserError(f"{path} is named twice")
        if whole.is_dir():
            raise UserError(f"{path} is a folder")
        if not whole.parent.is_dir():
            raise UserError(f"there is no folder {path.parent}")
        if not os.access(whole.parent, os.W_OK):
            raise UserError(f"nothing can be written to the folder {path.parent}")
        if whole.exists() and not overwrite:
            raise UserError(f"{path} is there already: choose another name, or --overwrite")
        seen.add(whole)


def chosen(value: str, known: Sequence[Word], option: str) -> Word:
    """The value as one of the known words. UserError with them."""
    for one in known:
        if value == one:
            return one
    raise UserError(f"{option} {value}: choose from {', '.join(known)}")


def size_of(wanted: str | None, files: Sequence[Media]) -> tuple[int, int]:
    """Width and height of the master, even. UserError for a size that no encoder takes."""
    if wanted is None:
        first = next((m for m in files if m.has_picture), None)
        return (1080, 1920) if first is None else _bounded(first.width, first.height)
    found = SIZE.fullmatch(wanted.lower())
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if min(size) < LEAST_SIDE or max(size) > MOST_SIDE or any(side % 2 for side in size):
        raise UserError(f"--size {wanted}: even numbers from {LEAST_SIDE} to {MOST_SIDE}, such as 1080x1920")
    return size


def _bounded(width: int, height: int) -> tuple[int, int]:
    """The nearest even size within the limits, of the same shape."""
    scale = min(1.0, MOST_SIDE / max(width, height))
    sides = (max(LEAST_SIDE, int(side * scale) // 2 * 2) for side in (width, height))
    return next(sides), next(sides)


def moved_captions(path: Path, timeline: Timeline) -> tuple[Caption, ...]:
    from engine.footage import retiming

    return retiming.retime(retiming.load_captions(path, timeline.rate), timeline)


# -- writing


def write_all(
    asked: Asked, master: Master, timeline: Timeline, material: Material, size: tuple[int, int]
) -> Conformed | None:
    """Everything that was asked for; the master last, as it takes longest."""
    if asked.markers:
        listing.write_markers(asked.markers, timeline.markers, timeline.rate)
    if asked.cuts:
        listing.write_cuts(asked.cuts, timeline)
    if asked.plot:
        from engine.footage import plot

        sound, heard = joining.whole_sound(material)
        plot.write_plot(asked.plot, timeline, sound, asked.media[0].name, heard)
    if asked.output is None:
        return None
    if asked.output.suffix.lower() in CUTS:
        from engine.footage import exchange

        for lost in exchange.write_cut(timeline, asked.output, size, asked.media[0].stem):
            print(f"{asked.output.name}: {lost}")
        return None
    return make_master(timeline, asked.output, master, size)


def make_master(timeline: Timeline, output: Path, master: Master, size: tuple[int, int]) -> Conformed:
    from engine.cut_effects import with_hits
    from engine.footage.conform import conform
    from engine.progress import reporter

    how = how_made(timeline, master, size)
    progress = reporter()
    progress.start(STAGE, 1, output.name)
    try:
        with tempfile.TemporaryDirectory(prefix="cliffhanger-") as name:
            made = conform(with_hits(timeline, Path(name)), output, how, lambda done: progress.within(STAGE, done))
        progress.advance(STAGE, made=True)
    finally:
        progress.close()
    return made


def check_master(master: Master) -> None:
    """UserError for a word that is none of those known."""
    chosen(master.fit, FITS, "--fit")
    chosen(master.encoder, ENCODERS, "--encoder")
    if master.caption_style != USUAL_LOOK:
        from engine import subtitles

        chosen(master.caption_style, subtitles.STYLES, "--caption-style")


def how_made(timeline: Timeline, master: Master, size: tuple[int, int]) -> Conforming:
    from engine.footage.conform import Conforming

    return Conforming(
        size=size,
        fit=chosen(master.fit, FITS, "--fit"),
        threads=master.threads,
        encoder=chosen(master.encoder, ENCODERS, "--encoder"),
        captions=lettered(timeline, master, size) if timeline.captions else None,
        duck_db=DUCK_DB if any(c.track == "MX" for c in timeline.sound) else 0.0,
        seconds_limit=max(LEAST_SECONDS, SECONDS_A_SECOND * timeline.seconds(timeline.duration)),
    )


def lettered(timeline: Timeline, master: Master, size: tuple[int, int]) -> str:
    """The captions as ASS; what no font here draws is named and left out."""
    from engine import subtitles
    from engine.captions import spread_words
    from engine.drawable import drawable
    from engine.fonts import FAMILY

    style = chosen(master.caption_style, subtitles.STYLES, "--caption-style")
    shown, missing = drawable(timeline.captions)
    if missing:
        print(missing)
    if style == "karaoke":
        shown = tuple(c if c.words else spread_words(c) for c in shown)
    page = subtitles.page_for(size)
    return subtitles.to_ass(shown, FAMILY, rate=timeline.rate, style=style, page=page)


# -- telling


def explanations(decided: Decided, material: Material) -> list[str]:
    """Every cut and effect in order: timecode, rule, marker; joins where silence went among them."""
    from engine.explaining import explain

    layout = Layout(material, decided.plan)
    lines = explain(done(decided, layout), material.rate)
    told = (f"{timecode(at, material.rate)}  cut  by {rule} ({cause})" for at, rule, cause in joins(decided, layout))
    return sorted([*lines, *told])


def report(
    asked: Asked,
    material: Material,
    timeline: Timeline,
    made: Conformed | None,
    seconds: float,
    cores: float,
    as_json: bool,
) -> None:
    """What was cut, what it cost."""
    before, after = seconds_of(material.frames, material.rate), timeline.seconds(timeline.duration)
    clips = len(timeline.picture) or sum(c.track == "DX" for c in timeline.sound)
    scene = f"{len(material.pictures)} angles" if material.is_scene else f"{len(asked.media)} file(s)"
    print(
        f"{scene}, {before:.1f} s -> {after:.1f} s in {clips} clips at {rate_text(timeline.rate)} a second "
        f"({seconds:.1f} s, {cores:.1f} core-seconds)"
    )
    for path in asked.outputs:
        print(path)
    if as_json:
        told: dict[str, Any] = {
            "outputs": [str(p) for p in asked.outputs], "seconds_before": round(before, 3), "seconds": round(after, 3),
            "frames": timeline.duration, "rate": rate_text(timeline.rate), "clips": clips, "markers": len(timeline.markers),
            "angles": len(material.pictures), "is_scene": material.is_scene, "encoder": made.encoder if made else None,
            "wall_seconds": round(seconds, 2), "core_seconds": round(cores, 2),
        }  # fmt: skip
        print(json.dumps(told))


def conform_cut(
    edit: Path, media: Path | None, output: Path | None, captions: Path | None, master: Master, as_json: bool
) -> None:
    """The master of a cut that came back from an editor. `media`: the folder that holds all of its files."""
    from engine.footage import exchange

    started, before = time.monotonic(), core_seconds()
    check_master(master)
    output = output or edit.with_suffix(".mp4")
    if output.suffix.lower() not in MASTERS:
        raise UserError(f"--output {output}: its name must end in {', '.join(MASTERS)}")
    timeline = exchange.for_footage(exchange.read_cut(edit, (media or edit.parent).resolve()))
    refuse_taken([output], [edit, *(Path(s.path) for s in timeline.sources)], master.overwrite)
    not_kept: Sequence[str] = timeline.notes.get("not_kept", ())
    for lost in not_kept:
        print(f"{edit.name}: {lost}")
    size = size_of(master.size, []) if master.size else told_size(timeline)
    if captions:
        timeline = replace(timeline, captions=moved_captions(captions, timeline))
    make_master(timeline, output, master, size)
    seconds = timeline.seconds(timeline.duration)
    spent = f"{time.monotonic() - started:.1f} s, {core_seconds() - before:.1f} core-seconds"
    print(f"{seconds:.1f} s in {len(timeline.picture)} clips ({spent})\n{output}")
    if as_json:
        print(json.dumps({"outputs": [str(output)], "seconds": round(seconds, 3), "frames": timeline.duration}))


def told_size(timeline: Timeline) -> tuple[int, int]:
    """The size that the cut was made for, else that of its first picture."""
    told: Any = timeline.notes.get("size")
    if told:
        return _bounded(int(told[0]), int(told[1]))
    first = next((s for s in timeline.sources if s.has_picture), None)
    return size_of(None, [open_media(Path(first.path))] if first else [])


def rate_of(asked: str | None, files: Sequence[Media]) -> Rate:
    """The rate of the cut: as asked, else of the first picture."""
    if asked:
        return parse_rate(asked)
    return next((m.rate for m in files if m.has_picture), files[0].rate)
