"""Profiles, edit styles, platform presets, label rules, name pools and fonts: data, no code."""
