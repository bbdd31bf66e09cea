"""Interpersonal Psychotherapy (IPT) as FHIR R4: model, mapping, validation, and the way to a hospital and back."""
