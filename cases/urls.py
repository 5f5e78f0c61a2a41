"""Pages below a case, area by area, and what belongs to no single case: what is due to several apps is in the dashboard."""

from django.urls import URLPattern, URLResolver, path

from cases.views import clocks, consents, hearings, importing, incident_texts, incidents, safety
from cases.views.needs import needs

app_name = "cases"

urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/import/", importing.hand_in, name="import_file"),
    path("cases/import/<slug:file_ref>/", importing.look, name="import_look"),
    path("cases/import/<slug:file_ref>/take-over/", importing.take_over, name="import_take_over"),
    path("cases/import/<slug:file_ref>/forget/", importing.drop, name="import_drop"),
    path("cases/<slug:ref>/needs/", needs, name="needs"),
    path("clocks/", clocks.rules, name="clock_rules"),
    path("clocks/<slug:code>/", clocks.rule, name="clock_rule"),
    path("cases/<slug:ref>/clocks/", clocks.case_clocks, name="clocks"),
    path("cases/<slug:ref>/clocks/<slug:clock_ref>/", clocks.case_clock, name="clock"),
    path("cases/<slug:ref>/consents/", consents.consent_page, name="consents"),
    path("cases/<slug:ref>/consents/<slug:consent_ref>/back/", consents.consent_withdraw, name="consent_withdraw"),
    path("words/", consents.wording_list, name="wordings"),
    path("words/<slug:about>/", consents.wording, name="wording"),
    path("cases/<slug:ref>/safety/", safety.show, name="safety"),
    path("cases/<slug:ref>/safety/now/", safety.now, name="safety_now"),
    path("cases/<slug:ref>/safety/plan/", safety.plan, name="safety_plan"),
    path("cases/<slug:ref>/safety/plan/keep/", safety.plan_keep, name="safety_plan_keep"),
    path("cases/<slug:ref>/safety/plan/confirm/", safety.plan_confirm, name="safety_plan_confirm"),
    path("cases/<slug:ref>/safety/paper/", safety.paper, name="safety_paper"),
    path("cases/<slug:ref>/safety/check-ins/new/", safety.begin, name="check_in_new"),
    path("cases/<slug:ref>/safety/check-ins/", safety.set_up, name="check_in_set"),
    path("cases/<slug:ref>/safety/check-ins/<slug:check_in_ref>/", safety.check_in, name="check_in"),
    path("cases/<slug:ref>/incidents/", incidents.listed, name="incidents"),
    path("cases/<slug:ref>/incidents/new/", incidents.new, name="incident_new"),
    path("cases/<slug:ref>/incidents/new/draft/", incidents.draft, name="incident_draft"),
    path("cases/<slug:ref>/incidents/new/acts/", incidents.acts, name="incident_acts"),
    path("cases/<slug:ref>/incidents/<slug:incident_ref>/", incidents.incident, name="incident"),
    path("cases/<slug:ref>/incidents/<slug:incident_ref>/edit/", incidents.edit, name="incident_edit"),
    path("cases/<slug:ref>/incidents/<slug:incident_ref>/draft/", incidents.edit_draft, name="incident_edit_draft"),
    path("cases/<slug:ref>/incidents/<slug:incident_ref>/released/", incidents.released, name="incident_released"),
    path("cases/<slug:ref>/incidents/<slug:incident_ref>/asked/", incidents.consult, name="incident_consult"),
    path("cases/<slug:ref>/incidents/<slug:incident_ref>/others/", incident_texts.share, name="incident_share"),
    path("cases/<slug:ref>/incidents/<slug:incident_ref>/twin/", incident_texts.twin, name="incident_twin"),
    path(
        "cases/<slug:ref>/incidents/<slug:incident_ref>/twin/none/",
        incident_texts.remove_twin,
        name="incident_twin_remove",
    ),
    path("cases/<slug:ref>/hearings/", hearings.case_hearings, name="hearings"),
    path("cases/<slug:ref>/hearings/<slug:hearing_ref>/", hearings.case_hearing, name="hearing"),
]
