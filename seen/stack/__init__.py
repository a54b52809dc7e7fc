"""What the one-command default needs that a larger set-up brings itself."""
