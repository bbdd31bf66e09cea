"""What the engine does about each extension: rows of the table in ``support``.

Every extension that R4 and Structured Data Capture 4.0.0 allow on a Questionnaire stands here, and those that published
forms use beside them.
"""

from __future__ import annotations

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.form import Effect

_PLAINER, _LEFT_OUT, _READ_ONLY = Effect.SHOWN_PLAINER, Effect.LEFT_OUT, Effect.READ_ONLY

_LIMITS = "test_limits.py::test_a_limit_is_read"
_COMPUTED_LIMITS = "test_calculating.py::test_a_limit_is_computed"
_WEIGHT = "test_options.py::test_an_option_has_a_weight"
_UNITS = "test_options.py::test_units_are_offered"
_CONSTRAINTS = "test_constraints.py::test_a_constraint_is_read"
_LOOKS = "test_form_reading.py::test_an_item_says_what_it_asks"
_NAMED = "test_unsupported.py::test_what_is_not_supported_is_named_with_its_effect"
_NOTHING = "test_unsupported.py::test_what_asks_nothing_of_whoever_fills_the_form_is_passed_over"

_PATIENT_ONLY = "Searches for data of the launched patient only."
_PROPOSED = "What is drawn is proposed to a person and never filed by itself."
_EXTRACTING = "extracting/test"
_AN_OBSERVATION = "test_an_answer_becomes_an_observation_that_says_where_it_is_from"
_AN_ELEMENT = "test_an_answer_is_written_as_its_element_wants_it"
_A_TEMPLATE = "test_a_template_at_an_item_is_filled_for_each_time_it_stands_there"
_A_BUNDLE = "test_a_published_bundle_of_templates_is_filled"
_A_CONTEXT = "test_a_context_makes_the_element_once_for_each_value_and_is_where_it_starts"
_A_VALUE = "test_a_value_takes_the_place_of_what_stood_there"
_AN_ID = "test_an_id_set_aside_is_the_same_wherever_it_is_named"

_HINT = "The form is filled as usual without it."
_ELSEWHERE = "On minValue and maxValue. On a text the text is shown plainer, anywhere else the form is read-only."

_SUPPORTED: tuple[tuple[Known, str, str], ...] = (
    (Known.ENTRY_FORMAT, _LIMITS, ""),
    (Known.MAX_DECIMAL_PLACES, _LIMITS, ""),
    (Known.MAX_SIZE, _LIMITS, "In bytes of the content."),
    (Known.MAX_VALUE, _LIMITS, "Fixed, or computed by FHIRPath."),
    (Known.MIN_VALUE, _LIMITS, "Fixed, or computed by FHIRPath."),
    (Known.MIME_TYPE, _LIMITS, ""),
    (Known.MIN_LENGTH, _LIMITS, ""),
    (Known.REGEX, "test_limits.py::test_a_pattern_is_matched_as_a_whole", "By RE2, in linear time."),
    (Known.MAX_OCCURS, _LIMITS, ""),
    (Known.MIN_OCCURS, _LIMITS, ""),
    (Known.MAX_QUANTITY, _LIMITS, "In the unit it names; another unit is not converted."),
    (Known.MIN_QUANTITY, _LIMITS, "In the unit it names; another unit is not converted."),
    (Known.REFERENCE_RESOURCE, _LIMITS, ""),
    (Known.CONSTRAINT, _CONSTRAINTS, ""),
    (Known.TARGET_CONSTRAINT, _CONSTRAINTS, ""),
    (Known.ITEM_WEIGHT, _WEIGHT, ""),
    (Known.ORDINAL_VALUE, _WEIGHT, ""),
    (Known.OPTION_EXCLUSIVE, "test_options.py::test_an_option_may_exclude_all_others", ""),
    (Known.OPTION_PREFIX, "test_options.py::test_options_are_offered_in_order", ""),
    (Known.UNIT, _UNITS, ""),
    (Known.UNIT_OPTION, _UNITS, ""),
    (Known.UNIT_VALUE_SET, _UNITS, ""),
    (Known.UNIT_OPEN, _UNITS, ""),
    (Known.OPEN_LABEL, "test_options.py::test_an_own_answer_has_a_label", ""),
    (Known.ANSWER_EXPRESSION, "test_calculating.py::test_answers_are_computed", ""),
    (Known.ANSWER_OPTIONS_TOGGLE, "test_calculating.py::test_options_are_switched_by_an_expression", ""),
    (Known.CALCULATED_EXPRESSION, "test_calculating.py::test_a_value_is_calculated", "FHIRPath only."),
    (Known.ENABLE_WHEN_EXPRESSION, "test_calculating.py::test_an_expression_enables", "FHIRPath only."),
    (Known.VARIABLE, "test_calculating.py::test_a_variable_is_seen_below_its_place", "FHIRPath, and queries."),
    (Known.INITIAL_EXPRESSION, "test_calculating.py::test_an_initial_value_is_computed_once", "FHIRPath only."),
    (Known.LAUNCH_CONTEXT, "test_calculating.py::test_the_launch_is_known_to_expressions", ""),
    (Known.ITEM_POPULATION_CONTEXT, "test_populating.py::test_a_group_is_opened_once_for_each_value", "FHIRPath only."),
    (Known.OBSERVATION_LINK_PERIOD, "test_observed.py::test_the_newest_fitting_observation_answers", ""),
    (Known.SOURCE_QUERIES, "test_prepopulation.py::test_a_batch_of_queries_is_asked_in_its_order", _PATIENT_ONLY),
    (Known.OBSERVATION_EXTRACT, f"{_EXTRACTING}_observations.py::{_AN_OBSERVATION}", _PROPOSED),
    (Known.OBSERVATION_EXTRACT_CATEGORY, f"{_EXTRACTING}_observations.py::test_the_nearest_category_holds", _PROPOSED),
    (Known.ITEM_EXTRACTION_CONTEXT, f"{_EXTRACTING}_definitions.py::{_AN_ELEMENT}", f"{_PROPOSED} Of base types."),
    (Known.TEMPLATE_EXTRACT, f"{_EXTRACTING}_templates.py::{_A_TEMPLATE}", _PROPOSED),
    (Known.TEMPLATE_EXTRACT_BUNDLE, f"{_EXTRACTING}_templates.py::{_A_BUNDLE}", _PROPOSED),
    (Known.TEMPLATE_EXTRACT_CONTEXT, f"{_EXTRACTING}_templates.py::{_A_CONTEXT}", _PROPOSED),
    (Known.TEMPLATE_EXTRACT_VALUE, f"{_EXTRACTING}_templates.py::{_A_VALUE}", _PROPOSED),
    (Known.EXTRACT_ALLOCATE_ID, f"{_EXTRACTING}_templates.py::{_AN_ID}", "In templates."),
    (Known.CALCULATED_VALUE, _COMPUTED_LIMITS, _ELSEWHERE),
    (Known.EXPRESSION, _COMPUTED_LIMITS, _ELSEWHERE),
    (Known.HIDDEN, "test_filling.py::test_a_hidden_item_counts", ""),
    (Known.CHOICE_ORIENTATION, _LOOKS, ""),
    (Known.DISPLAY_CATEGORY, _LOOKS, ""),
    (Known.ITEM_CONTROL, _LOOKS, "A control the pages do not know shows the plain field."),
    (Known.SLIDER_STEP, _LOOKS, ""),
    (Known.SUPPORT_LINK, _LOOKS, ""),
    (Known.TRANSLATION, "test_form_reading.py::test_a_translation_is_chosen", ""),
)
_NOT_SUPPORTED: tuple[tuple[Known, Effect, str], ...] = (
    (Known.REFERENCE_FILTER, _PLAINER, "Narrows a search; what is chosen is checked by type."),
    (Known.REFERENCE_PROFILE, _PLAINER, "What is chosen is checked by type, not by profile."),
    (Known.SIGNATURE_REQUIRED, _READ_ONLY, "A response without the signature would be void."),
    (Known.UNIT_SUPPLEMENTAL_SYSTEM, _PLAINER, "An own unit is typed as text."),
    (Known.CANDIDATE_EXPRESSION, _PLAINER, "Suggestions only; answers are typed or chosen."),
    (Known.PERMITTED_CONCEPT_MAP, _PLAINER, _HINT),
    (Known.PERMITTED_VALUE_SET, _PLAINER, _HINT),
    (Known.PREFERRED_TERMINOLOGY_SERVER, _PLAINER, "Value sets are asked of the hospital's own server."),
    (Known.PREFERRED_TERMINOLOGY_SERVER_PACK, _PLAINER, "Value sets are asked of the hospital's own server."),
    (Known.LIBRARY, _READ_ONLY, "Libraries hold CQL, which is not evaluated."),
    (Known.USAGE_MODE, _PLAINER, "The item is shown while filling and afterwards."),
    (Known.ENTRY_MODE, _PLAINER, "All questions can be seen and changed in any order."),
    (Known.IS_SUBJECT, _READ_ONLY, "Answers would be about another person than the patient."),
    (Known.ANSWER_KEY, _LEFT_OUT, "Answers are not marked as right or wrong."),
    (Known.CRITICAL_EXTENSION, _READ_ONLY, "It forbids showing the form to those who do not know it."),
    (Known.ADAPTIVE, _READ_ONLY, "Each next question would come from a server."),
    (Known.ASSEMBLE_CONTEXT, _PLAINER, "Speaks to whoever assembles the form."),
    (Known.ASSEMBLE_DEFINITION_ROOT, _PLAINER, "Speaks to whoever assembles the form."),
    (Known.ASSEMBLE_EXPECTATION, _READ_ONLY, "A modular form must be assembled first, by whoever publishes it."),
    (Known.SUB_QUESTIONNAIRE, _READ_ONLY, "A modular form must be assembled first, by whoever publishes it."),
    (Known.CONTEXT_EXPRESSION, _LEFT_OUT, "Resources that help to answer are not shown beside the question."),
    (Known.LOOKUP_QUESTIONNAIRE, _LEFT_OUT, "A reference names what exists already."),
    (Known.SOURCE_STRUCTURE_MAP, _LEFT_OUT, "StructureMap is not run: answers are not filled in from the chart."),
    (Known.DEFINITION_EXTRACT, _LEFT_OUT, "itemExtractionContext is supported."),
    (Known.DEFINITION_EXTRACT_VALUE, _LEFT_OUT, "itemExtractionContext is supported."),
    (Known.OBSERVATION_EXTRACT_ENTRY, _LEFT_OUT, "The Observation is proposed without it."),
    (Known.TARGET_STRUCTURE_MAP, _LEFT_OUT, "StructureMap is not run: nothing but the response is filed."),
    (Known.ENDPOINT, _LEFT_OUT, "The response goes to the patient's chart and nowhere else."),
    (Known.CHOICE_COLUMN, _PLAINER, "Options are shown by their display."),
    (Known.COLLAPSIBLE, _PLAINER, "Everything stands open."),
    (Known.COLUMN_COUNT, _PLAINER, _HINT),
    (Known.ITEM_ANSWER_MEDIA, _READ_ONLY, "An option that is a picture could be mistaken for another."),
    (Known.ITEM_MEDIA, _READ_ONLY, "A question about a picture cannot be answered without it."),
    (Known.KEYBOARD, _PLAINER, _HINT),
    (Known.QUANTITY_PRECISION, _PLAINER, "The number is kept as it is typed."),
    (Known.RENDERED_VALUE, _PLAINER, "The value itself is shown."),
    (Known.RENDERING_MARKDOWN, _PLAINER, "The plain text is shown."),
    (Known.RENDERING_STYLE, _PLAINER, "The plain text is shown."),
    (Known.RENDERING_STYLE_SENSITIVE, _READ_ONLY, "Its author says that the text misleads without its style."),
    (Known.RENDERING_XHTML, _PLAINER, "The plain text is shown."),
    (Known.SHORT_TEXT, _PLAINER, "The full text is shown."),
    (Known.WIDTH, _PLAINER, _HINT),
    (Known.FHIR_TYPE, _PLAINER, "The type of the item counts."),
    (Known.BASE_TYPE, _PLAINER, "The type of the item counts."),
    (Known.DATA_ABSENT_REASON, _PLAINER, "What is missing is shown as missing."),
)
_ASKS_NOTHING = (
    *(Known.ARTIFACT_VERSION_ALGORITHM, Known.DESIGN_NOTE, Known.INITIAL_VALUE, Known.PERFORMER_TYPE),
    *(Known.REPLACES, Known.OPTIONAL_DISPLAY, Known.ASSEMBLED_FROM),
)

EXTENSIONS: tuple[tuple[Known, Effect | None, str, str], ...] = (
    *((known, None, test, remark) for known, test, remark in _SUPPORTED),
    *((known, effect, _NAMED, remark) for known, effect, remark in _NOT_SUPPORTED),
    *((known, None, _NOTHING, "Asks nothing of whoever fills the form.") for known in _ASKS_NOTHING),
)
"""Address, effect (None where it is supported), the test that proves it, and a remark."""
