"""A small library of generated clips with invented titles: everything to see, no media needed."""
