"""The words a person chooses from: kinds of files to write, ways to fit a picture, encoders. Knows nothing else."""

from __future__ import annotations

from typing import Literal

CUTS = (".otio", ".edl", ".xml", ".fcpxml")
PICTURES = (".mp4", ".mov", ".mkv", ".m4v")
SOUND_CODECS = {".wav": "pcm_s16le", ".m4a": "aac", ".flac": "flac", ".mp3": "libmp3lame"}
"""ffmpeg's encoders of sound files."""
MASTERS = (*PICTURES, *SOUND_CODECS)
Fit = Literal["crop", "pad", "blur"]
Encoder = Literal["auto", "x264", "nvenc"]
