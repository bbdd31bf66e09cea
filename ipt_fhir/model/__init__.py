"""IPT in its own words: frozen, typed values. Knows nothing of FHIR, files or networks."""
