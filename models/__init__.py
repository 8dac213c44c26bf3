"""Model backends, one adapter a file; `draft/` is the embedded default.

The libraries below them are quiet from their first import on: what matters of what they log is an error of ours. The
variables are theirs, and a reader who sets them hears everything."""

import os

for _variable, _value in (
    ("TRANSFORMERS_VERBOSITY", "error"),
    ("DIFFUSERS_VERBOSITY", "error"),
    ("HF_HUB_DISABLE_PROGRESS_BARS", "1"),
):
    os.environ.setdefault(_variable, _value)
