"""Model backends, one adapter a file; `draft/` is the embedded default."""
