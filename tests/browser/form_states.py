"""The states of the pages of launch, forms, filing, safety and the patient's own device."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.browser.ehr import Ehr
from tests.browser.walks import ALMA, BENE, DORU, FORMS, State, follow


def _form(key: str) -> Callable[[Ehr], None]:
    def walk(ehr: Ehr) -> None:
        ehr.follow("Forms")
        ehr.follow_to(f"/forms/{key}")

    return walk


def _file(name: str) -> Callable[[Ehr], None]:
    def walk(ehr: Ehr) -> None:
        ehr.open_file(FORMS / f"{name}.json")

    return walk


def _no_file(ehr: Ehr) -> None:
    ehr.follow("Forms")
    ehr.press("Open it")


def _form_opened(ehr: Ehr) -> None:
    ehr.open_file(FORMS / "ward-intake.json")
    ehr.follow("Forms")


def _form_with_errors(ehr: Ehr) -> None:
    ehr.open_file(FORMS / "every-item.json")
    ehr.fill("A whole number", "eleven")
    ehr.press("Done")


def _questions_under_answers(ehr: Ehr) -> None:
    ehr.open_file(FORMS / "ward-intake.json")
    ehr.answer("Do you live alone?", "No")
    ehr.wait_for("Who lives with you?")
    ehr.answer("Who lives with you?", "Children")
    ehr.wait_for("Age in years")


def _no_such_title(ehr: Ehr) -> None:
    ehr.follow("Forms")
    ehr.follow("Look for a form")
    ehr.write("title", "nobody has this")
    ehr.press("Search")


def _incomplete(ehr: Ehr) -> None:
    ehr.measure()
    ehr.answer_by_keyboard([1, 1, 1])
    ehr.press("Done")


def _kept(ehr: Ehr) -> None:
    ehr.measure()
    ehr.answer_by_keyboard([1, 1, 1])
    ehr.press("Save, finish later")
    ehr.measure()


def _safety(ehr: Ehr) -> None:
    ehr.measure()
    ehr.answer_by_keyboard([1, 1, 1, 1, 1, 1, 1, 1, 2])
    ehr.press("Done")


def _safety_without_act(ehr: Ehr) -> None:
    _safety(ehr)
    ehr.press("Record")


def _plan_with_errors(ehr: Ehr) -> None:
    ehr.follow("Plan")
    ehr.tick("goal-G-02")
    ehr.press("Save")


def _asked_to_file(ehr: Ehr) -> None:
    ehr.measure()
    ehr.answer_by_keyboard([1, 1, 1, 1, 1, 1, 1, 1, 0])
    ehr.press("Done")
    ehr.follow("Filing")


def _filed(ehr: Ehr) -> None:
    _asked_to_file(ehr)
    ehr.press("File to chart")


def _answers(ehr: Ehr) -> None:
    _asked_to_file(ehr)
    ehr.follow("History")
    ehr.follow_row()


def _to_withdraw(ehr: Ehr) -> None:
    _answers(ehr)
    ehr.follow("Entered in error")


def _withdraw_without_reason(ehr: Ehr) -> None:
    _to_withdraw(ehr)
    ehr.press("Mark as entered in error")


def _withdrawn(ehr: Ehr) -> None:
    _to_withdraw(ehr)
    ehr.write("reason", "Another patient's form")
    ehr.press("Mark as entered in error")


def _to_correct(ehr: Ehr) -> None:
    _answers(ehr)
    ehr.follow("Correct")


def _corrected(ehr: Ehr) -> None:
    _to_correct(ehr)
    ehr.answer_by_keyboard([2])
    ehr.press("Done")


def _corrected_without_reason(ehr: Ehr) -> None:
    _corrected(ehr)
    ehr.press("Keep the correction")


def _form_is_gone(ehr: Ehr) -> None:
    """A form from a file was filled in and put away; the hospital has never heard of it."""
    ehr.follow("Forms")
    ehr.write("file", str(Path(__file__).with_name("form.json")))
    ehr.press("Open it")
    ehr.write("a-0", "7")
    ehr.press("Done")
    ehr.follow("Forms")
    ehr.press("Put away: ZZTEST sleep")
    ehr.follow("History")
    ehr.follow_row(-1)
    ehr.follow("Correct")


def _total_to_enter(ehr: Ehr) -> None:
    ehr.follow("Forms")
    ehr.unfold()
    ehr.follow_to("/totals/epds")


def _total_with_errors(ehr: Ehr) -> None:
    _total_to_enter(ehr)
    ehr.write("total", "31")
    ehr.press("Keep the total")


def _total_to_correct(ehr: Ehr) -> None:
    _total_to_enter(ehr)
    ehr.write("total", "11")
    ehr.choose("with its lowest answer")
    ehr.press("Keep the total")
    ehr.follow("History")
    ehr.follow_row(-1)
    ehr.follow("Correct")


def _total_worrying(ehr: Ehr) -> None:
    _total_to_enter(ehr)
    ehr.write("total", "19")
    ehr.choose("above its lowest answer")
    ehr.press("Keep the total")


def _worried(ehr: Ehr) -> None:
    """A patient answers the last question of the PHQ-9 but one on a phone and sends nothing."""
    _question(ehr)
    for _ in range(8):
        ehr.press("Leave out")
    ehr.choose("Several days")
    ehr.press("Next")


def _duty(ehr: Ehr) -> None:
    _worried(ehr)
    ehr.launch_in_frame(ALMA)
    ehr.follow("Duty")


def _unsent(ehr: Ehr) -> None:
    _worried(ehr)
    ehr.launch_in_frame(ALMA)
    ehr.follow("Record the safety step")


def _phone(ehr: Ehr) -> None:
    ehr.driver.set_window_size(400, 800)
    ehr.sign_in_alone(ALMA)


def _phone_of_nobody(ehr: Ehr) -> None:
    ehr.sign_in_alone(DORU)


def _question(ehr: Ehr) -> None:
    _phone(ehr)
    ehr.follow("Begin: PHQ-9")


def _question_without_answer(ehr: Ehr) -> None:
    _question(ehr)
    ehr.press("Next")


def _review(ehr: Ehr) -> None:
    _question(ehr)
    ehr.choose("Several days")
    ehr.press("Next")
    for _ in range(9):
        ehr.press("Leave out")


def _sent(ehr: Ehr) -> None:
    _review(ehr)
    ehr.press("Send to my clinic")


def _new_from_patient(ehr: Ehr) -> None:
    _sent(ehr)
    ehr.launch_in_frame(ALMA)


def _patient_in_window(ehr: Ehr) -> None:
    ehr.launch_in_window(ALMA)
    ehr.follow("Patient")


def _pin_refused(ehr: Ehr) -> None:
    _patient_in_window(ehr)
    ehr.write("pin", "1111")
    ehr.press("Hand over")


def _tablet(ehr: Ehr) -> None:
    _patient_in_window(ehr)
    ehr.write("pin", "4829")
    ehr.press("Hand over")
    ehr.follow("Ready for the patient")


def _ready(ehr: Ehr) -> None:
    _patient_in_window(ehr)
    ehr.write("pin", "4829")
    ehr.press("Hand over")


def _wrong_pin(ehr: Ehr) -> None:
    _tablet(ehr)
    ehr.follow("Give the tablet back")
    ehr.write("pin", "0000")
    ehr.press("Take it back")


def _visit_closed(ehr: Ehr) -> None:
    ehr.go("/p/nothing-there/")


def _patients_of_nowhere(ehr: Ehr) -> None:
    ehr.go("/patient?iss=https%3A%2F%2Felsewhere.example%2Ffhir")


def _nothing_there(ehr: Ehr) -> None:
    ehr.go("/s/nothing-there/")


def _not_a_launch(ehr: Ehr) -> None:
    ehr.go("/launch?iss=https%3A%2F%2Felsewhere.example%2Ffhir&launch=x")


def _sign_in_unknown(ehr: Ehr) -> None:
    ehr.go("/callback?state=unknown&code=x")


STATES = (
    State(endpoint="launching.launch", name="unknown hospital", patient=ALMA, reach=_not_a_launch),
    State(endpoint="launching.callback", name="sign-in not known", patient=ALMA, reach=_sign_in_unknown),
    State(endpoint="overview.show", name="launch not known", patient=ALMA, reach=_nothing_there),
    State(endpoint="forms.show", name="empty", patient=ALMA, reach=Ehr.measure),
    State(endpoint="forms.show", name="incomplete", patient=BENE, reach=_incomplete),
    State(endpoint="forms.show", name="draft came back", patient=BENE, reach=_kept),
    State(endpoint="forms.show", name="of a pack", patient=ALMA, reach=_form("zztest-evening-scale")),
    State(endpoint="forms.show", name="inventory", patient=ALMA, reach=_form("interpersonal-inventory")),
    State(endpoint="forms.show", name="sliders", patient=ALMA, reach=_form("rating-0-10")),
    State(endpoint="forms.show", name="a table of marks", patient=ALMA, reach=_form("fidelity-rating")),
    State(endpoint="form_list.show", name="measures and forms", patient=BENE, reach=follow("Forms")),
    State(endpoint="form_list.show", name="a form that was opened", patient=ALMA, reach=_form_opened),
    State(endpoint="form_list.show", name="no file chosen", patient=ALMA, reach=_no_file),
    State(endpoint="form_list.show", name="a file that is no form", patient=ALMA, reach=_file("no-form")),
    State(endpoint="form_list.search", name="forms found", patient=ALMA, reach=follow("Forms", "Look for a form")),
    State(endpoint="form_list.search", name="none with these words", patient=ALMA, reach=_no_such_title),
    State(endpoint="forms.show", name="every kind of question", patient=ALMA, reach=_file("every-item")),
    State(endpoint="forms.show", name="with errors", patient=ALMA, reach=_form_with_errors),
    State(endpoint="forms.show", name="questions under answers", patient=ALMA, reach=_questions_under_answers),
    State(endpoint="forms.show", name="shown only", patient=ALMA, reach=_file("computed-in-cql")),
    State(endpoint="forms.show", name="right to left", patient=ALMA, reach=_file("evening-hebrew")),
    State(endpoint="totals.show", name="empty", patient=ALMA, reach=_total_to_enter),
    State(endpoint="totals.show", name="with errors", patient=ALMA, reach=_total_with_errors),
    State(endpoint="totals.correct", name="a total", patient=BENE, reach=_total_to_correct),
    State(endpoint="safety.show", name="of a total", patient=BENE, reach=_total_worrying),
    State(endpoint="safety.show", name="open", patient=BENE, reach=_safety),
    State(endpoint="safety.show", name="no act chosen", patient=BENE, reach=_safety_without_act),
    State(endpoint="plan.show", name="agreed", patient=ALMA, reach=follow("Plan")),
    State(endpoint="plan.show", name="empty", patient=DORU, reach=follow("Plan")),
    State(endpoint="plan.show", name="with errors", patient=DORU, reach=_plan_with_errors),
    State(endpoint="history.show", name="nothing answered", patient=DORU, reach=follow("History")),
    State(endpoint="history.show", name="several forms", patient=ALMA, reach=follow("History")),
    State(endpoint="history.view", name="a measure", patient=BENE, reach=_answers),
    State(endpoint="history.view", name="entered in error", patient=BENE, reach=_withdrawn),
    State(endpoint="forms.show", name="to correct", patient=BENE, reach=_to_correct),
    State(endpoint="correcting.begin", name="form not at hand", patient=BENE, reach=_form_is_gone),
    State(endpoint="correcting.show", name="what changes", patient=BENE, reach=_corrected),
    State(endpoint="correcting.show", name="without a reason", patient=BENE, reach=_corrected_without_reason),
    State(endpoint="withdrawing.show", name="to be told why", patient=BENE, reach=_to_withdraw),
    State(endpoint="withdrawing.show", name="without a reason", patient=BENE, reach=_withdraw_without_reason),
    State(endpoint="filing.show", name="everything filed", patient=ALMA, reach=follow("Filing")),
    State(endpoint="filing.show", name="something to file", patient=BENE, reach=_asked_to_file),
    State(endpoint="filing.show", name="receipts", patient=BENE, reach=_filed),
    State(endpoint="overview.show", name="new from the patient", patient=ALMA, reach=_new_from_patient),
    State(endpoint="safety.show", name="of a form that was not sent", patient=ALMA, reach=_unsent),
    State(endpoint="patient_device.show", name="inside the frame", patient=ALMA, reach=follow("Patient")),
    State(endpoint="patient_device.show", name="in a window", patient=ALMA, reach=_patient_in_window),
    State(endpoint="patient_device.show", name="PIN refused", patient=ALMA, reach=_pin_refused),
    State(endpoint="duty.show", name="nothing waits", patient=ALMA, reach=follow("Duty")),
    State(endpoint="duty.show", name="something waits", patient=BENE, reach=_duty),
    State(endpoint="launching.patient", name="unknown hospital", patient=ALMA, reach=_patients_of_nowhere),
    State(endpoint="visit.home", name="a form is due", patient=ALMA, reach=_phone),
    State(endpoint="visit.home", name="nothing is due", patient=DORU, reach=_phone_of_nobody),
    State(endpoint="visit.ready", name="before it is given away", patient=ALMA, reach=_ready),
    State(endpoint="visit.home", name="on the tablet", patient=ALMA, reach=_tablet),
    State(endpoint="visit.home", name="not open any more", patient=ALMA, reach=_visit_closed),
    State(endpoint="visit.sent", name="sent", patient=ALMA, reach=_sent),
    State(endpoint="visit.give_back", name="wrong PIN", patient=ALMA, reach=_wrong_pin),
    State(endpoint="visit_form.question", name="empty", patient=ALMA, reach=_question),
    State(endpoint="visit_form.question", name="without an answer", patient=ALMA, reach=_question_without_answer),
    State(endpoint="visit_form.review", name="with questions left out", patient=ALMA, reach=_review),
)
