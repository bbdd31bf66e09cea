"""The IPT model to FHIR R4 JSON and back, one file a resource. Pure: no network, no clock."""
