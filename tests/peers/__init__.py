"""Programs nobody here wrote, and how tests start and stop them."""
