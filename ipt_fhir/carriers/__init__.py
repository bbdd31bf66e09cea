"""The write ladder: which resources of an episode go to a server, in which order, as which requests."""
