"""The embedded default: voices, pictures, motion and score without weights or a GPU."""
