"""Instruments as data: one folder each, with the Questionnaire and how it is scored and licensed; and their look-up."""
