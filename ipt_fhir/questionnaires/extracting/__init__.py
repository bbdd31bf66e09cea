"""The three ways SDC draws resources from a response, one file each; the door is ``questionnaires/extraction.py``."""
