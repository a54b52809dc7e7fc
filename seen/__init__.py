"""/seen/: a plugin-based, self-hosted server for personal movies, shows and games."""

__version__ = "0.1.0"
