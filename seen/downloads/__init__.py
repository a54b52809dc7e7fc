"""Downloads: from a link to a file in the library, by engines that can be swapped meanwhile."""
