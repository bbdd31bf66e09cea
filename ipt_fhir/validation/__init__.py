"""May this leave the house? Generated strict schemas and FHIR's invariants, turned into issues (decision-D4)."""
