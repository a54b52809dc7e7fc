"""Everything between a browser and the rooms: application, border checks, pages, event stream."""
