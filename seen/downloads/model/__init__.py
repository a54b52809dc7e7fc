"""Pure rules of downloads: states, steps, what an engine's word means, what a link may hold."""
