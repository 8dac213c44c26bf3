"""What every model backend speaks: plain, torch-free requests, results and protocols. Lists in, lists out.

The engine translates its own nouns to and from these; adapters never see a Series or a Shot. A file long because
it is the whole contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

EMOTIONS = (
    "neutral", "joy", "tender", "smirk", "anger", "rage", "fear", "shock",
    "grief", "tears", "resolve", "cold", "plead", "triumph",
)  # fmt: skip
MOODS = ("tension", "tender", "dread", "triumph", "grief", "mystery", "action")
SHOT_SIZES = ("ecu", "cu", "mcu", "ots", "two", "wide", "insert", "silhouette", "back")
CAMERA_MOVES = ("hold", "push", "pull", "pan", "tilt", "whip", "dolly_zoom", "handheld")
PLATES = (
    "office", "penthouse", "mansion", "hospital", "street", "alley", "rooftop", "warehouse",
    "temple", "palace", "forest", "lakeside", "car", "bedroom", "courtroom", "school",
    "chamber", "courtyard", "passage", "dungeon",
)  # fmt: skip
TIMES = ("day", "dusk", "night", "dawn")
WEATHERS = ("clear", "rain", "snow", "mist")
PROPS = (
    "watch", "ring", "letter", "phone", "key", "knife", "cup", "photo", "contract", "pendant", "book",
    "medicine", "box", "badge", "coin", "flower", "usb", "seal", "hairpin", "scroll", "mask", "bracelet",
    "gun", "candle", "cash", "pen", "cloth", "button", "fire", "mark", "hand",
)  # fmt: skip
HAIR_STYLES = (
    "long", "layered", "slick", "palace_bun", "bob", "ponytail", "topknot", "wavy", "twin_tails",
    "undercut", "curtain", "granny_bun",
)  # fmt: skip
HAIR_COLOURS = ("brown_black", "blue_black", "raven", "silver", "chestnut", "auburn", "blond", "violet", "crimson")
OUTFITS = (
    "suit", "blazer", "gown", "hanfu", "armour", "street", "hospital", "school", "uniform", "robe", "coat", "dress",
)  # fmt: skip
COLOURS = (
    "navy", "black", "white", "red", "crimson", "gold", "emerald", "teal", "sky", "violet",
    "rose", "brown", "grey", "cream",
)  # fmt: skip
SKINS = ("fair", "pale", "male", "old", "deep")
EYES = ("round", "cat", "narrow", "hooded")
EYE_COLOURS = ("amber", "steel", "wine", "jade", "violet")
ACCESSORIES = ("glasses", "earrings", "hairpin", "scar", "tattoo", "veil", "pendant", "gloves", "crown", "beard")
POSES = (
    "rest", "crossed", "hip", "point", "fist", "chest", "mouth", "clasp", "phone", "reach", "temple",
)  # fmt: skip
"""What the arms do: hang; crossed; hand on hip; point ahead; raised fist; hand on the heart; hand before the mouth; hands
clasped and pleading; phone at the ear; open hand held out; fingers at the temple."""
GAZES = ("ahead", "left", "right", "down")
"""Where the eyes look, as the viewer sees it."""
ROOMS = ("dry", "car", "living", "office", "hall", "palace", "outdoor")
SOUNDS = (
    "whoosh", "impact", "subdrop", "riser", "heartbeat", "rain", "thunder", "wind", "door", "knock", "footstep",
    "phone", "glass", "sword", "murmur", "magic", "page", "shutter", "clock",
)  # fmt: skip
DELIVERIES = ("voice", "whisper", "shout", "phone", "inner", "narrator")


@dataclass(frozen=True)
class Cost:
    """What one batch row spent. Seconds of GPU, seconds of CPU over all cores, bytes of peak memory."""

    gpu_seconds: float = 0.0
    core_seconds: float = 0.0
    peak_bytes: int = 0


@dataclass(frozen=True)
class Rights:
    """Where an asset comes from and what may be done with it; travels into every manifest."""

    source: str
    licence: str
    consent: str = "not a person's likeness"
    commercial_use: bool = True


# -- writing


@dataclass(frozen=True)
class WriteRequest:
    """One schema-bound writing step: 'bible', 'arc' or 'episode'; `budget` is the spoken-size limit.

    `system` and `prompt` are the words for a language model; steps of one batch share the start of their prompt."""

    step: str
    context: Mapping[str, Any]
    schema: Mapping[str, Any]
    language: str
    seed: int
    budget: int = 60
    system: str = ""
    prompt: str = ""


@dataclass(frozen=True)
class Written:
    """One answer. `problem` says why there is no whole answer; then there is no data."""

    data: Mapping[str, Any]
    model: str
    cost: Cost = Cost()
    problem: str = ""


class Writer(Protocol):
    name: str

    def write(self, requests: Sequence[WriteRequest]) -> list[Written]: ...


class CandidateWriter(Protocol):
    """A language model, whose answers are chosen from and asked for again. `attempts` bounds the asking of one step,
    `version` is all that decides an answer beside the request."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> Any: ...
    @property
    def rights(self) -> Rights: ...
    @property
    def attempts(self) -> int: ...
    def write_candidates(self, requests: Sequence[WriteRequest]) -> Iterable[Sequence[Written]]:
        """Several answers a request, in the requests' order, as their batches finish."""
        ...


# -- voices


@dataclass(frozen=True)
class VoiceProfile:
    """A character's voice direction, model-agnostic. `pitch` in semitones from the average for sex and age."""

    character: str
    sex: str
    age: int
    pitch: float = 0.0
    pace: float = 1.0
    timbre: str = ""


@dataclass(frozen=True)
class Utterance:
    """One line to speak. `voice` is what `cast` assigned to the speaker; `arousal` 0..1 is the asked intensity."""

    unit: str
    text: str
    language: str
    voice: str
    emotion: str = "neutral"
    arousal: float = 0.5
    delivery: str = "voice"
    pace: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class TimedWord:
    """A word (or Han character) and when it is heard, in seconds from the start of its take."""

    text: str
    start: float
    stop: float


@dataclass(frozen=True)
class Viseme:
    """A mouth shape and when it begins, in seconds: closed aa eh ee oh oo fv grit."""

    shape: str
    start: float


@dataclass(frozen=True)
class Speech:
    """A spoken line: float32 mono samples in -1..1, dry (no room), word and mouth times.

    A voice that does not know when its words are heard leaves `words` empty: an Aligner finds them. `recipe` is what made
    the take, as plain JSON."""

    samples: NDArray[np.float32]
    sample_rate: int
    words: tuple[TimedWord, ...]
    visemes: tuple[Viseme, ...]
    model: str
    rights: Rights
    cost: Cost = Cost()
    recipe: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Voice(Protocol):
    name: str

    def cast(self, profiles: Sequence[VoiceProfile], language: str) -> list[str]:
        """A voice id per profile, no two alike; stable for the same cast in the same order."""
        ...

    def speak(self, utterances: Sequence[Utterance]) -> list[Speech]: ...


class ModelVoice(Protocol):
    """A voice that is a model: its cast is locked, its takes are judged, its words are timed by an Aligner."""

    name: str
    version: Any

    def cast(
        self, profiles: Sequence[VoiceProfile], language: str, locked: Mapping[str, str] | None = None
    ) -> list[str]:
        """As a Voice's; `locked` voices, by character, are kept and the others chosen around them."""
        ...

    def print_of(self, voice: str) -> str:
        """What a voice id stands for today, where it can be given anew; else ''. ValueError when it may not speak."""
        ...

    def speak(self, utterances: Sequence[Utterance]) -> list[Speech]: ...


# -- pictures


@dataclass(frozen=True)
class Look:
    """A character's parametric design; every field is a word of the tables above."""

    sex: str
    age: int
    hair: str
    hair_colour: str
    eyes: str
    eye_colour: str
    skin: str
    outfit: str
    outfit_colour: str
    accessories: tuple[str, ...] = ()
    build: str = "medium"


@dataclass(frozen=True)
class Figure:
    """A character in a shot: who, how they feel, where the face is (fractions of the frame), which way they look.

    `yaw` turns the head (degrees, positive to the viewer's right), `gaze` the eyes alone, `pose` says what the arms do,
    `enters` that they walk into the shot. `arousal` 0..1 is how strongly they feel it, as their voice was measured."""

    character: str
    look: Look
    emotion: str = "neutral"
    x: float = 0.5
    y: float = 0.42
    yaw: float = 10.0
    speaking: bool = False
    aura: bool = False
    pose: str = "rest"
    gaze: str = "ahead"
    enters: bool = False
    arousal: float = 0.5


@dataclass(frozen=True)
class PictureRequest:
    """A keyframe or plate to paint. `description` is the prompt; figures, plate and prop are the draft's layout.

    `controls` maps a control kind (pose, lineart, depth, canny) to an image; `identity` maps a character
    to its approved sheet, `masks` to where they stand. `source` is a picture to change: all of it by `change` 0..1, or only
    where the mask `repair` is white. Candidates share everything but the seed."""

    unit: str
    kind: str  # 'plate' | 'sheet' | 'keyframe'
    description: str
    size: tuple[int, int]
    seed: int
    shot_size: str = "wide"
    plate: str = ""
    time: str = "day"
    weather: str = "clear"
    mood: str = "tension"
    genre: str = "thriller"
    figures: tuple[Figure, ...] = ()
    prop: str = ""
    prop_text: str = ""
    candidates: int = 1
    controls: Mapping[str, Path] = field(default_factory=dict)
    identity: Mapping[str, Path] = field(default_factory=dict)
    masks: Mapping[str, Path] = field(default_factory=dict)
    negative: str = ""
    source: Path | None = None
    change: float = 0.6
    repair: Path | None = None


@dataclass(frozen=True)
class Picture:
    """uint8 BGR pixels (height, width, 3). `recipe` says how a model made it: revision, dtype, steps, prompt, ..."""

    pixels: NDArray[np.uint8]
    model: str
    seed: int
    rights: Rights
    cost: Cost = Cost()
    recipe: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Painter(Protocol):
    name: str
    suffix: str  # of a picture's file: '.jpg', or '.png' with the recipe inside

    def paint(self, requests: Sequence[PictureRequest]) -> list[list[Picture]]:
        """Candidates per request."""
        ...


class Layout(Protocol):
    """Where things are in a picture before it is painted: the draft's composition, which the final keeps."""

    def controls(self, request: PictureRequest, kinds: Sequence[str]) -> Mapping[str, NDArray[np.uint8]]:
        """A control map per kind (pose, lineart, depth, canny): uint8 BGR (height, width, 3) of the request's size."""
        ...

    def masks(self, request: PictureRequest) -> Mapping[str, NDArray[np.uint8]]:
        """Where each character of the request is seen: uint8 0..255 (height, width)."""
        ...

    def faces(self, request: PictureRequest) -> Mapping[str, tuple[float, float, float]]:
        """Where each figure's face is: x and y between the eyes in fractions of the picture's width and height, and the
        head's height, skull to chin, as a fraction of the picture's height. It is what the cut zooms to."""
        ...


# -- clips


@dataclass(frozen=True)
class MouthCue:
    """From `frame` (of the clip) on, figure `figure` has mouth `shape`."""

    frame: int
    figure: int
    shape: str


@dataclass(frozen=True)
class ClipRequest:
    """A keyframe to bring to life for `num_frames` at `fps`. `picture` is the request its keyframe came from."""

    unit: str
    picture: PictureRequest
    first_frame: Path
    num_frames: int
    fps: int
    move: str = "hold"
    strength: float = 0.5
    mouths: tuple[MouthCue, ...] = ()
    emotions: tuple[tuple[int, int, str], ...] = ()  # (frame, figure, emotion) changes inside the clip
    poses: tuple[tuple[int, int, str], ...] = ()  # (frame, figure, pose) changes inside the clip
    gazes: tuple[tuple[int, int, str], ...] = ()  # (frame, figure, gaze) changes inside the clip
    seed: int = 0
    last_frame: Path | None = None


@dataclass(frozen=True)
class Clip:
    """A clip take: a video file (models) or a scene file (draft), already written to `path`."""

    path: Path
    num_frames: int
    model: str
    rights: Rights
    cost: Cost = Cost()
    recipe: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Animator(Protocol):
    """`uses_last_frame` says whether a request's `last_frame` is really used; one that is not is refused."""

    name: str
    suffix: str  # '.mp4'; '.scene.json' or '.still.json' for what conform draws
    uses_last_frame: bool

    def animate(self, requests: Sequence[ClipRequest], folder: Path) -> list[Clip]:
        """One clip per request, at folder / (unit + suffix)."""
        ...


@dataclass(frozen=True)
class FrameCue:
    """What conform asks of one output frame: which source frame, and what the cut does to it.

    zoom about (focus_x, focus_y) in frame fractions, shift in pixels at 1080 wide; `head` is the head height at the focus
    (frame fraction before the zoom, 0: nobody). blur = a smear's length in pixels, along blur_angle degrees;
    flash -1 (black) .. +1 (white); impact = which frame of an ink-on-paper comic impact this is, from 1 (0: none).
    Shares 0..1: radial = focus blur towards the rim, leak = a warm light leak, tone = screentone over the rim.
    panels = the faces (x, y, head height) that share the frame as split panels, panel_slide = how far they have slid in
    (0 outside, 1 in place, a little over on the way). tick counts frames from the clip's start: the clock of what moves
    over a held picture."""

    frame: int
    zoom: float = 1.0
    focus_x: float = 0.5
    focus_y: float = 0.42
    dx: float = 0.0
    dy: float = 0.0
    blur: float = 0.0
    flash: float = 0.0
    impact: int = 0
    speed_lines: bool = False
    radial: float = 0.0
    leak: float = 0.0
    tone: float = 0.0
    panels: tuple[tuple[float, float, float], ...] = ()
    focus_lines: bool = False
    head: float = 0.0
    blur_angle: float = 0.0
    panel_slide: float = 1.0
    tick: int = 0


class Player(Protocol):
    """Draws a clip take's frames straight into the encoder's pipe."""

    def play(self, path: Path, cues: Sequence[FrameCue], size: tuple[int, int]) -> Iterator[NDArray[np.uint8]]:
        """uint8 BGR frames (height, width, 3), one per cue, in order."""
        ...


# -- music and effects


@dataclass(frozen=True)
class MoodSpan:
    start: float
    stop: float
    mood: str
    intensity: float


@dataclass(frozen=True)
class SoundHit:
    """An effect: whoosh, impact, subdrop, riser, heartbeat, door, phone, thunder, glass, magic, ... at `time` seconds."""

    kind: str
    time: float
    strength: float = 1.0
    duration: float = 0.0


MOTIF_VARIANTS = ("plain", "augmented", "minor", "truncated", "inverted")
"""A motif as it was made known; drawn out in grief; darkened in loss; broken off in unease; upside down in betrayal."""


@dataclass(frozen=True)
class MotifCue:
    """Someone who matters comes in or turns at `time`: their motif, if nobody speaks then. `role` is theirs in the story:
    lead, rival, ally, traitor, authority, innocent, extra."""

    time: float
    character: str
    role: str = "lead"
    variant: str = "plain"


@dataclass(frozen=True)
class ScoreRequest:
    """Music and effects of one episode. Times in seconds; speech spans tell where melody must keep out."""

    unit: str
    duration: float
    sample_rate: int
    genre: str
    series_seed: int
    seed: int
    moods: tuple[MoodSpan, ...]
    speech: tuple[tuple[float, float], ...]
    hits: tuple[SoundHit, ...]
    ambience: tuple[tuple[float, float, str], ...] = ()  # (start, stop, rain|wind|street|room|...)
    button: float | None = None  # when the cliffhanger stinger lands
    silences: tuple[tuple[float, float], ...] = ()  # planned: no music, no effects
    motifs: tuple[MotifCue, ...] = ()


@dataclass(frozen=True)
class Score:
    """Stereo float32 stems (2, samples)."""

    music: NDArray[np.float32]
    effects: NDArray[np.float32]
    model: str
    rights: Rights
    cost: Cost = Cost()


class Composer(Protocol):
    name: str

    def compose(self, requests: Sequence[ScoreRequest]) -> list[Score]: ...


# -- judging and alignment


@dataclass(frozen=True)
class Judgement:
    """Named scores 0..1 and whether the candidate passes; `reason` names the failing score."""

    scores: Mapping[str, float]
    passed: bool
    reason: str = ""
    cost: Cost = Cost()


class Judge(Protocol):
    """`faces` are the planned faces of each request, as `Layout.faces` gives them."""

    name: str

    def judge(
        self,
        requests: Sequence[PictureRequest],
        candidates: Sequence[Sequence[Picture]],
        faces: Sequence[Mapping[str, tuple[float, float, float]]],
    ) -> list[list[Judgement]]:
        """A judgement per candidate of each request."""
        ...

    def judge_clips(self, requests: Sequence[ClipRequest], clips: Sequence[Clip]) -> list[Judgement]: ...


@dataclass(frozen=True)
class Timing:
    """When the words of a take are heard, and the mouth's shapes."""

    words: tuple[TimedWord, ...]
    visemes: tuple[Viseme, ...]
    cost: Cost = Cost()


class Aligner(Protocol):
    """Finds the words of a text in a take of it. The words are those that a draft voice would time for the same text."""

    name: str

    def align(self, utterances: Sequence[Utterance], takes: Sequence[Speech]) -> list[Timing]: ...


class Listener(Protocol):
    """Judges spoken takes against what they were to say."""

    name: str

    def judge(self, utterances: Sequence[Utterance], takes: Sequence[Speech]) -> list[Judgement]: ...
