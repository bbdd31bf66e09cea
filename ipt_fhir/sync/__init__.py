"""From a saved intent to a verified outcome; store, clock and hospital are ports."""
