"""What FHIRPath needs beyond its library: an allow-list, limits, and functions (decision-D18b, decision-D52).

The library (fhirpathpy) evaluates; its hook for functions and operators is where its gaps are closed. This room is the
only one that imports it. The door for everybody else is ``ipt_fhir/questionnaires/fhirpath.py``.
"""
