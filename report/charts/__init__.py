"""Charts as SVG files: one kind a file, presentation attributes only, legible on white, on black and in print."""
