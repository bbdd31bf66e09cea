"""Values to SVG, with title and description; pure. Colours come from the page (decision-D17)."""
