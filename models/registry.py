"""Which adapter a profile's word means. A table of names; the adapter's module loads on first use."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

TABLE: dict[str, dict[str, str]] = {
    "voice": {"espeak": "models.draft.voice:DraftVoice"},
    "painter": {"draft": "models.draft.painter:DraftPainter"},
    "animator": {"draft": "models.draft.animator:DraftAnimator"},
    "player": {"draft": "models.draft.player:DraftPlayer"},
    "composer": {"draft": "models.draft.composer:DraftComposer"},
}


@cache
def load(kind: str, name: str) -> Any:
    """The adapter of this kind and name, made once a process. ValueError lists the known names."""
    known = TABLE[kind]
    if name not in known:
        raise ValueError(f"unknown {kind} '{name}': choose from {', '.join(sorted(known))}")
    module, _, attribute = known[name].partition(":")
    return getattr(import_module(module), attribute)()
