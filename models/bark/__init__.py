"""Bark as a voice: its own decode loop over the weights of transformers' BarkModel, presets, casting, cues, cloning."""

from models.bark.voice import BarkVoice

__all__ = ["BarkVoice"]
