"""Speaks HTTP to a hospital: transport, discovery, SMART sign-in, capabilities, FHIR client."""
