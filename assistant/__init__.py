"""Journey Coach: guided internationalisation coaching for business clusters, in the terminal, with a local model."""

__version__ = "0.1.0"
