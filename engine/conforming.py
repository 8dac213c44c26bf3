"""Timeline + clip takes + stems -> master: frames are drawn straight into one ffmpeg's pipe, encoded once.

Knows the encoder's settings and the frame order; not why a cut is where it is."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import subtitles, wav
from engine.batching import Progress, core_seconds
from engine.config import Profile
from engine.core import SAMPLE_RATE
from engine.cues import frame_cues
from engine.encoder import COLOUR, Frame, compiled, encode_frames, graph, picture_input
from engine.ffmpeg import version
from engine.fonts import FAMILY, font_folder
from engine.lettering import Overlay, blend, overlays_at
from engine.takes import Stems
from engine.timeline import Timeline, to_json
from engine.vault import Made, Take, Vault
from models.base import Player, Rights

STAGE = "conforming"
CONFORM_VERSION = 3
PROGRESS_FRAMES = 24


@dataclass(frozen=True)
class ConformInput:
    """Everything one master is made of."""

    unit: str
    timeline: Timeline
    clips: Mapping[str, Take]
    faces: Mapping[str, Mapping[str, tuple[float, float, float]]]  # by shot and character: x, y, head height
    stems: Stems
    overlays: tuple[Overlay, ...]
    profile: Profile
    tags: Mapping[str, str]
    font_sha256: str


def recipe_of(item: ConformInput, player: Player) -> dict[str, Any]:
    """What decides the master's bytes; fingerprints stand for files."""
    profile = item.profile
    return {
        "version": [CONFORM_VERSION, getattr(player, "version", 1), version()],
        "timeline": to_json(item.timeline),
        "faces": item.faces,
        "clips": {shot: take.fingerprint for shot, take in item.clips.items()},
        "stems": [t.fingerprint for t in (item.stems.dialogue, item.stems.music, item.stems.effects)],
        "size": profile.size,
        "encode": [profile.x264_preset, profile.x264_crf, profile.x264_threads, profile.audio_kbps],
        "graphics": [
            [asdict(o.graphic), o.x, o.y, o.enters, o.delay, hashlib.sha256(o.pixels.tobytes()).hexdigest()]
            for o in item.overlays
        ],
        "font": item.font_sha256,
        "tags": dict(item.tags),
        **({"captions": profile.captions} if profile.captions != "bottom" else {}),
    }


def conform_episode(item: ConformInput, player: Player, vault: Vault, progress: Progress) -> Take:
    """The master of an episode, made unless the vault has it."""
    recipe = recipe_of(item, player)
    progress.start(STAGE, 1, item.unit)
    take = vault.find(STAGE, item.unit, recipe, ".mp4")
    if take is not None:
        progress.advance(STAGE, made=False)
        return take

    cost: dict[str, float] = {}

    def write(path: Path) -> None:
        before = core_seconds()
        encode(item, player, path, lambda done: progress.within(STAGE, done / item.timeline.duration))
        cost["core_seconds"] = core_seconds() - before

    made = Made(write, "x264", rights_of(item), cost, {"frames": item.timeline.duration})
    take = vault.put(STAGE, item.unit, recipe, ".mp4", made)
    progress.advance(STAGE, made=True)
    return take


def rights_of(item: ConformInput) -> dict[str, Any]:
    """A master may be used as far as everything in it may."""
    parts = [*item.clips.values(), item.stems.dialogue, item.stems.music, item.stems.effects]
    free = all(bool(take.rights.get("commercial_use")) for take in parts)
    return asdict(Rights("rendered by Cliffhanger from its takes", "as its takes", commercial_use=free))


def mix_samples(stems: Stems) -> NDArray[np.float32]:
    """The sum of the stems, stereo."""
    parts = [wav.read_wav(take.path)[0] for take in (stems.dialogue, stems.music, stems.effects)]
    return np.asarray(np.sum(parts, axis=0, dtype=np.float32))


def encode(item: ConformInput, player: Player, path: Path, tell: Callable[[int], None]) -> None:
    """Draws, encodes and muxes in one pass. The work folder holds plain names, so no path becomes filter syntax."""
    with tempfile.TemporaryDirectory(prefix="cliffhanger-") as name:
        work = Path(name)
        wav.write_wav(work / "mix.wav", mix_samples(item.stems), SAMPLE_RATE)
        captions = subtitles.to_ass(
            item.timeline.captions, FAMILY, rate=item.timeline.rate, style=item.profile.captions
        )
        (work / "captions.ass").write_text(captions, encoding="utf-8")
        (work / "fonts").symlink_to(font_folder())
        drawn = frames(item, player, tell)
        encode_frames(encoder_command(item, path.resolve()), drawn, item.profile.size, work, item.unit)


def encoder_command(item: ConformInput, path: Path) -> list[str]:
    """One ffmpeg: raw I420 from the pipe + captions by libass -> H.264 High; the mix -> AAC."""
    profile = item.profile
    picture = picture_input(profile.size, profile.fps).filter("ass", filename="captions.ass", fontsdir="fonts")
    output = graph.output(
        picture,
        graph.input("mix.wav"),
        f"file:{path}",
        vcodec="libx264",
        preset=profile.x264_preset,
        crf=profile.x264_crf,
        threads=profile.x264_threads,
        pix_fmt="yuv420p",
        acodec="aac",
        audio_bitrate=f"{profile.audio_kbps}k",
        aac_pns=0,  # noise substitution and intensity stereo lift true peaks by up to 1.5 dB
        aac_is=0,
        ar=SAMPLE_RATE,
        ac=2,
        movflags="+faststart+use_metadata_tags",
        map_metadata=-1,
        fflags="+bitexact",
        **{"profile:v": "high", "flags:v": "+bitexact", "flags:a": "+bitexact", "g": profile.fps * 2},
        **COLOUR,
    )
    command = compiled(output)
    at = command.index(f"file:{path}")
    tags = [word for key, value in item.tags.items() for word in ("-metadata", f"{key}={value}")]
    return command[:at] + tags + command[at:]


def frames(item: ConformInput, player: Player, tell: Callable[[int], None]) -> Iterator[Frame]:
    """Every frame of the episode in order, lettering laid over. ValueError when a player draws too few or too many."""
    timeline = item.timeline
    for clip in timeline.picture:
        cues = frame_cues(timeline, clip, item.faces[clip.shot])
        played = player.play(item.clips[clip.shot].path, cues, item.profile.size)
        for number, frame in zip(range(clip.start, clip.stop), played, strict=True):
            if number % PROGRESS_FRAMES == 0:
                tell(number)
            shown = overlays_at(item.overlays, number)
            yield blend(frame, shown, number) if shown else frame


def aigc_tag(producer: str, content_id: str) -> str:
    """The AIGC metadata value of GB 45438-2025, annex E: JSON with the standard's seven keys."""
    return json.dumps(
        {
            "Label": "1",
            "ContentProducer": producer,
            "ProduceID": content_id,
            "ReservedCode1": "",
            "ContentPropagator": "",
            "PropagateID": "",
            "ReservedCode2": "",
        }
    )
