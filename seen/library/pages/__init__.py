"""The pages of the library: grids, overview and search, scanning, review."""
