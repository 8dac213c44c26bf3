"""Where a take sounds, what it sounds like frame by frame, and how long a text takes to say. Numpy and scipy, any rate.

It knows syllables and the usual rates of speech, no voice, no limit and no verdict. Frames are HOP seconds apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Samples = NDArray[np.float32]
Floats = NDArray[np.float64]

HOP = 0.01
"""Seconds from one frame to the next."""
WINDOW = 0.025
BELOW_LOUD_DB = 35.0
"""What lies this far under the loud parts of a take (their 95th percentile) is not the voice; a breath lies about so."""
FLOOR_DB = -70.0
"""What lies under this is silence in any take, dBFS."""
BRIDGED = 0.15
"""Seconds: a stopped consonant, no pause."""
LEAST_PART = 0.04
"""Seconds: a shorter sound is a click."""
BANDS = 26
MEL_TOP = 7_000.0
"""Hz: the highest band's end. Speech models answer at 24 kHz and below."""

SYLLABLES_A_SECOND = {"en": 4.6, "zh": 5.2}
"""Of speech without its pauses. Read aloud it is 6.2 in English and 5.2 in Mandarin (Pellegrino, Coupe and Marsico 2011,
'A cross-language perspective on speech information rate', table 1); played lines are slower, one word weighs more."""
START_SECONDS = 0.12
"""Of a phrase beside its syllables: the first one is drawn in, the last one drawn out."""
PAUSES = {",": 0.2, ";": 0.3, ":": 0.3, "—": 0.2, ".": 0.4, "?": 0.4, "!": 0.4, "…": 0.6}
"""Seconds after a mark inside a line."""
_MARKS = str.maketrans(
    {"，": ",", "、": ",", "；": ";", "：": ":", "。": ".", "？": "?", "！": "!", "–": "—", "―": "—"}
)
_RUN = re.compile(r"[,;:—.?!…](?:[,;:—.?!…\s\"'”’」』)\]]*)(?=.*\w)", re.DOTALL)
_INSIDE_NUMBER = re.compile(r"(?<=\d)[.,:](?=\d)")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


# -- text


def syllables(token: str) -> int:
    """About how many syllables a word or Han run has; 0 for signs alone.

    >>> [syllables(w) for w in ("loved", "table", "banana", "—", "1999", "你好")]
    [1, 2, 3, 0, 6, 2]
    """
    folded = unicodedata.normalize("NFKD", token).lower()
    han = len(_HAN.findall(token))
    digits = sum(c.isdigit() for c in folded)
    words = re.findall(r"[a-z']+", "".join(c for c in folded if not unicodedata.combining(c)))
    others = sum(c.isalpha() and not c.isascii() for c in _HAN.sub("", unicodedata.normalize("NFC", token)))
    latin = sum(_english(word) for word in words)
    return han + (digits * 3 + 1) // 2 + latin + (0 if latin else (others + 1) // 2)


@lru_cache(maxsize=4096)
def _english(word: str) -> int:
    """Groups of vowels, without a silent final e and -ed; at least one."""
    letters = word.replace("'", "")
    if not letters:
        return 0
    groups = len(re.findall(r"[aeiouy]+", letters))
    silent = re.search(r"[^aeiouyl]e$|[^aeiouytd]ed$|[^aeiouysxz]es$|[aeiouy]le$", letters) is not None
    return max(1, groups - silent)


def expected_seconds(text: str, language: str, pauses: bool = True) -> float:
    """How long a line usually takes to say, in seconds, from its first sound to its last; 0 for one without words.

    Syllables at the language's rate (SYLLABLES_A_SECOND; other languages as English), and what its phrases and, unless
    `pauses` is false, its marks add. Half and double of it are still speech."""
    count = sum(syllables(token) for token in text.split())
    if not count:
        return 0.0
    stops = marks(text)
    spoken = count / SYLLABLES_A_SECOND.get(language, SYLLABLES_A_SECOND["en"]) + START_SECONDS * (len(stops) + 1)
    return spoken + (sum(PAUSES[mark] for mark in stops) if pauses else 0.0)


def marks(text: str) -> list[str]:
    """The marks at which a reader may pause inside a line, one a run, none at its end.

    >>> marks("No... 3.5 of them, you said?!")
    ['…', ',']
    """
    return [found.group()[0] for found in _RUN.finditer(_folded(text))]


def before_last_mark(text: str) -> float:
    """Share of a line's syllables before the last mark inside it, 0 without one: no later pause is the text's own.

    >>> before_last_mark("Go home, now."), before_last_mark("Go home now.")
    (0.6666666666666666, 0.0)
    """
    folded = _folded(text)
    ends = [found.start() for found in _RUN.finditer(folded)]
    whole = sum(syllables(token) for token in folded.split())
    return sum(syllables(token) for token in folded[: ends[-1]].split()) / whole if ends and whole else 0.0


def _folded(text: str) -> str:
    return _INSIDE_NUMBER.sub("", text.replace("...", "…").translate(_MARKS))


# -- sound


def frames(samples: Samples, rate: int, hop: float = HOP) -> NDArray[np.float32]:
    """(count, window) samples of each frame, `count` = ceil(seconds / hop), the window centred on its frame's middle."""
    width = max(2, round(WINDOW * rate))
    count = max(1, int(np.ceil(len(samples) / (hop * rate) - 1e-9)))
    starts = np.round((np.arange(count) + 0.5) * hop * rate - width / 2).astype(np.int64) + width
    padded = np.pad(np.asarray(samples, np.float32), (width, 2 * width + int(hop * rate) + 1))
    return np.lib.stride_tricks.sliding_window_view(padded, width)[starts]


def levels(samples: Samples, rate: int) -> Floats:
    """dBFS of each frame (RMS; a full-scale sine is -3), at least -120."""
    cut = frames(samples, rate)
    power = np.einsum("ij,ij->i", cut, cut).astype(np.float64) / cut.shape[1]
    return 10 * np.log10(np.maximum(power, 1e-12))


def sounding(decibels: Floats) -> NDArray[np.bool_]:
    """Which frames hold the voice: short gaps are filled, clicks left out."""
    loud = max(FLOOR_DB, float(np.percentile(decibels, 95)) - BELOW_LOUD_DB)
    out = np.zeros(len(decibels), bool)
    for start, stop in bridged(runs(decibels > loud)):
        out[start:stop] = True
    return out


def bridged(found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Runs of frames without clicks, joined over gaps shorter than BRIDGED.

    >>> bridged([(0, 10), (15, 30), (60, 62), (100, 120)])
    [(0, 30), (100, 120)]
    """
    out: list[tuple[int, int]] = []
    for start, stop in found:
        if stop - start < LEAST_PART / HOP:
            continue
        if out and start - out[-1][1] < BRIDGED / HOP:
            out[-1] = (out[-1][0], stop)
        else:
            out.append((start, stop))
    return out


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where a mask is true: [0 1 1 0 1] -> [(1, 3), (4, 5)]."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def log_mel(samples: Samples, rate: int, hop: float = HOP) -> Floats:
    """(frames, BANDS) natural logarithm of mel band energies up to MEL_TOP; the same for a sound at any rate above 14 kHz.

    Mel scale of O'Shaughnessy (1987); a floor of -90 dBFS keeps digital silence finite."""
    cut = frames(samples, rate, hop)
    window, weights = _bank(cut.shape[1], rate)
    spectrum = fft.rfft(cut * window, axis=1)[:, : weights.shape[0]]
    energy = np.square(spectrum.real) + np.square(spectrum.imag)
    return np.log((energy @ weights).astype(np.float64) + 1e-9)


@lru_cache(maxsize=16)
def _bank(width: int, rate: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A Hann window of sum 1 and (bins, BANDS) triangles, evenly spaced in mel from 60 Hz up; no bins above the last."""
    top = min(MEL_TOP, rate / 2)
    hertz = np.fft.rfftfreq(width, 1 / rate)
    hertz = hertz[hertz <= top]
    mels = np.linspace(2595 * np.log10(1 + 60 / 700), 2595 * np.log10(1 + top / 700), BANDS + 2)
    corners = 700 * (10 ** (mels / 2595) - 1)
    low, middle, high = corners[:-2], corners[1:-1], corners[2:]
    triangles = np.minimum((hertz[:, None] - low) / (middle - low), (high - hertz[:, None]) / (high - middle))
    window = np.hanning(width)
    return (window / window.sum()).astype(np.float32), np.maximum(triangles, 0).astype(np.float32)


# -- words without a model


def spread(tokens: Sequence[str], parts: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """(start, stop) seconds of each token, laid by syllables over the parts of a take that sound, in their order.

    >>> spread(["no", "never", "more"], [(0.0, 1.0), (2.0, 3.0)])
    [(0.0, 0.5), (0.5, 2.5), (2.5, 3.0)]
    """
    if not tokens or not parts:
        return [(0.0, 0.0) for _ in tokens]
    weights = np.array([max(1, syllables(token)) for token in tokens], float)
    ends = np.concatenate(([0.0], np.cumsum(weights))) / weights.sum()
    lengths = np.array([stop - start for start, stop in parts])
    done = np.concatenate(([0.0], np.cumsum(lengths)))
    out: list[tuple[float, float]] = []
    for a, b in zip(ends[:-1] * done[-1], ends[1:] * done[-1], strict=True):
        first = min(int(np.searchsorted(done, a + 1e-9, "right")) - 1, len(parts) - 1)
        last = max(0, min(int(np.searchsorted(done, b - 1e-9, "left")) - 1, len(parts) - 1))
        out.append((float(parts[first][0] + a - done[first]), float(parts[last][0] + b - done[last])))
    return out


def sounding_parts(samples: Samples, rate: int) -> list[tuple[float, float]]:
    """(start, stop) in seconds of the parts of a take that sound; none in a silent one."""
    return [(a * HOP, min(b * HOP, len(samples) / rate)) for a, b in runs(sounding(levels(samples, rate)))]


def fundamental(samples: Samples, sample_rate: int) -> float:
    """Median fundamental of a mono take in Hz, 60 to 400; 0 where nothing is voiced.

    Frames of 40 ms every 20 ms; a frame counts when its autocorrelation has a peak of 0.5 and it is no quieter than a
    tenth of the loudest. Made for telling voices apart, not for following a melody."""
    size, hop = int(0.04 * sample_rate), int(0.02 * sample_rate)
    if len(samples) < size:
        return 0.0
    frames = np.lib.stride_tricks.sliding_window_view(np.asarray(samples, np.float64), size)[::hop]
    frames = frames - frames.mean(axis=1, keepdims=True)
    power = np.square(frames).sum(axis=1)
    frames = frames[power > max(power.max() * 0.01, 1e-9)]
    if not len(frames):
        return 0.0
    spectrum = np.fft.rfft(frames, 2 * size, axis=1)
    echo = np.fft.irfft(np.square(np.abs(spectrum)), axis=1)[:, :size]
    echo = echo / echo[:, :1] / (1 - np.arange(size) / size)  # a shorter overlap is not a weaker likeness
    low, high = int(sample_rate / 400), int(sample_rate / 60)
    peaks = [_first_peak(row, low, high) for row in echo]
    lags = [lag for lag in peaks if lag]
    return float(sample_rate / np.median(lags)) if lags else 0.0


def _first_peak(echo: Floats, low: int, high: int) -> int:
    """The first lag whose peak nearly reaches the highest: a later one is an octave too deep. 0: nothing is voiced."""
    part = echo[low : high + 1]
    if not part.size or part.max() < 0.5:
        return 0
    inner = (part[1:-1] >= part[:-2]) & (part[1:-1] >= part[2:]) & (part[1:-1] >= 0.85 * part.max())
    found = np.flatnonzero(inner)
    return low + 1 + int(found[0]) if found.size else 0
