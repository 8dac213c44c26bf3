"""Which adapter a profile's word means. A table of names; the adapter's module loads on first use."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from models.settings import Backing

TABLE: dict[str, dict[str, str]] = {
    "writer": {"llama": "models.llama:LlamaWriter"},
    "voice": {
        "espeak": "models.draft.voice:DraftVoice",
        "bark": "models.bark:BarkVoice",
        "vibevoice": "models.vibevoice:VibeVoice",
        "endpoint": "models.endpoint:EndpointVoice",
    },
    "layout": {"draft": "models.draft.painter:DraftPainter"},
    "painter": {"draft": "models.draft.painter:DraftPainter", "sdxl": "models.sdxl:SdxlPainter"},
    "animator": {
        "draft": "models.draft.animator:DraftAnimator",
        "still": "models.draft.stills:StillAnimator",
        "ltx": "models.ltx:LtxAnimator",
        "wan": "models.wan:WanAnimator",
        "svd": "models.svd:SvdAnimator",
    },
    "player": {"draft": "models.draft.player:DraftPlayer"},
    "composer": {"draft": "models.draft.composer:DraftComposer"},
    "reference": {"maps": "models.control:ReferenceMaps"},
    "judge": {"vision": "models.judge:VisionJudge"},
    "cloner": {"bark": "models.bark.cloning:BarkCloner"},
    "listener": {"speech": "models.listening:SpeechListener"},
    "aligner": {"espeak": "models.draft.aligner:DraftAligner", "ctc": "models.ctc:CtcAligner"},
}
WITHOUT_WEIGHTS = "models.draft."


@cache
def load(kind: str, name: str) -> Any:
    """The adapter of this kind and name that needs no weights, made once a process. ValueError lists the known names."""
    return _adapter(kind, name)()


def load_backed(kind: str, name: str, backing: Backing) -> Any:
    """The adapter of this kind and name, made with a profile's weights and settings; one without weights is shared."""
    if needs_weights(kind, name):
        return _adapter(kind, name)(backing)
    return load(kind, name)


def needs_weights(kind: str, name: str) -> bool:
    return not _target(kind, name).startswith(WITHOUT_WEIGHTS)


def _adapter(kind: str, name: str) -> Any:
    module, _, attribute = _target(kind, name).partition(":")
    return getattr(import_module(module), attribute)


def _target(kind: str, name: str) -> str:
    known = TABLE[kind]
    if name not in known:
        raise ValueError(f"unknown {kind} '{name}': choose from {', '.join(sorted(known))}")
    return known[name]
