"""The adapters of a profile, with the weights that it names. Knows the registry, no stage; loads no weights itself."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from engine.config import Profile
from engine.core import UserError
from models import registry, weights
from models.base import Aligner, Animator, CandidateWriter, Judge, Layout, Listener, Painter
from models.settings import Backing, ModelSettings

PART_ROLES = {
    "writer": ("writer",),
    "painter": ("painter", "control", "identity", "accelerator", "vae", "lora"),
    "animator": ("animator",),
    "judge": ("detector", "embedder"),
    "reference": ("depth", "pose"),
    "voice": ("voice",),
    "listener": ("recogniser",),
    "aligner": ("recogniser",),
}
"""Which roles of weights each kind of adapter reads; a profile that leaves one out does without it."""
THEIRS = ("weights '", "the profile ", "voice '")
"""How adapters begin what the reader can put right; any other ValueError of theirs is a fault of ours."""


@dataclass(frozen=True)
class Backends:
    """What renders a series: every adapter of its profile."""

    voice: Any
    layout: Layout
    painter: Painter
    animator: Animator
    player: Any
    composer: Any
    judge: Judge | None = None
    cheap_animator: Animator | None = None
    reference: Any = None
    listener: Listener | None = None
    aligner: Aligner | None = None


def load_backends(profile: Profile) -> Backends:
    """UserError names an unknown adapter, or weights that are not here and the command that brings them."""
    try:
        return Backends(
            voice=_load(profile, "voice", profile.voice),
            layout=registry.load("layout", "draft"),
            painter=_load(profile, "painter", profile.painter),
            animator=_load(profile, "animator", profile.animator),
            player=_load(profile, "player", profile.player),
            composer=_load(profile, "composer", profile.composer),
            judge=_load(profile, "judge", profile.judge) if profile.judge else None,
            cheap_animator=_load(profile, "animator", profile.cheap_animator) if profile.cheap_animator else None,
            reference=_load(profile, "reference", "maps") if profile.settings else None,
            listener=_load(profile, "listener", "speech") if _is_model(profile.voice) else None,
            aligner=_load(profile, "aligner", profile.aligner) if _is_model(profile.voice) else None,
        )
    except (ValueError, ImportError) as error:
        raise told(profile, error) from error


def _is_model(voice: str) -> bool:
    return registry.needs_weights("voice", voice)


def draft_painter() -> Painter:
    """The painter that needs no weights: the series' page shows its sheets and plates whatever the profile."""
    return registry.load("painter", "draft")


def load_writer(profile: Profile) -> CandidateWriter | None:
    """The profile's language model; None where the rules write."""
    if profile.writer == "rules":
        return None
    try:
        return _load(profile, "writer", profile.writer)
    except (ValueError, ImportError) as error:
        raise told(profile, error) from error


@contextmanager
def readers_faults(profile: Profile) -> Generator[None, None, None]:
    """Weights that turn out unfit when they are first used, as an error for the reader."""
    try:
        yield
    except ValueError as error:
        if str(error).startswith(THEIRS):
            raise told(profile, error) from error
        raise


def told(profile: Profile, error: Exception) -> UserError:
    """The reader's words for an adapter that cannot be made."""
    if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] not in ("models", "engine"):
        return UserError(
            f"profile {profile.name} needs the package '{error.name}': install with pip install 'cliffhanger[gpu]'"
        )
    return UserError(f"profile {profile.name}: {error}")


def _load(profile: Profile, kind: str, name: str) -> Any:
    if not registry.needs_weights(kind, name):
        return registry.load(kind, name)
    if profile.settings is None:
        raise ValueError(f"the {kind} '{name}' is a model: the profile needs a tier and [models]")
    return registry.load_backed(kind, name, backing(profile, profile.settings, PART_ROLES[kind]))


def backing(profile: Profile, settings: ModelSettings, roles: tuple[str, ...]) -> Backing:
    names: Mapping[str, str] = {role: profile.models[role] for role in roles if role in profile.models}
    return Backing(weights.local(names, profile.asked), settings)
