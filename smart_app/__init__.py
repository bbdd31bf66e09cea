"""The SMART-on-FHIR app: launched from the chart, remembers, decides, shows."""
