"""The demo hospital: EHR pages, a SMART authorization server and a FHIR R4 server over one store. Development only."""
