"""The coordinator's pages, and everybody's own."""

from django.urls import path

from helpline.office.views import complaints, forgetting, health, lines, logs, me, rota, staff

app_name = "office"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("here/", me.here, name="here"),
    path("me/", me.me, name="me"),
    path("me/number/", me.my_number, name="my_number"),
    path("me/code/", me.my_code, name="my_code"),
    path("theme/", me.theme, name="theme"),
    path("welcome/<slug:uidb64>/<str:token>/", me.Welcome.as_view(), name="welcome"),
    path("staff/", staff.staff_list, name="staff"),
    path("staff/new/", staff.new_account, name="account_new"),
    path("staff/<slug:ref>/", staff.person, name="person"),
    path("staff/<slug:ref>/roles/", staff.person_roles, name="person_roles"),
    path("staff/<slug:ref>/link/", staff.person_link, name="person_link"),
    path("staff/<slug:ref>/second-factor/", staff.person_second_factor, name="person_second_factor"),
    path("staff/<slug:ref>/number/", staff.person_number, name="person_number"),
    path("staff/<slug:ref>/leaves/", staff.person_leaves, name="person_leaves"),
    path("leavings/<slug:ref>/", staff.leaving, name="leaving"),
    path("leavings/<slug:ref>/done/", staff.leaving_done, name="leaving_done"),
    path("staff/<slug:ref>/returns/", staff.person_returns, name="person_returns"),
    path("retention/", forgetting.retention_page, name="retention"),
    path("retention/wishes/", forgetting.erasures, name="erasures"),
    path("retention/wishes/<slug:ref>/", forgetting.erasure, name="erasure"),
    path("complaints/", complaints.complaint_list, name="complaints"),
    path("complaints/new/", complaints.complaint_new, name="complaint_new"),
    path("complaints/<slug:ref>/", complaints.complaint, name="complaint"),
    path("calls/", logs.calls, name="calls"),
    path("texts/", logs.texts, name="texts"),
    path("lines/", lines.line_list, name="lines"),
    path("lines/new/", lines.line_new, name="line_new"),
    path("lines/<slug:ref>/", lines.line, name="line"),
    path("lines/<slug:ref>/last-resort/", lines.line_last_resort, name="line_last_resort"),
    path("rota/", rota.week, name="rota"),
    path("rota/shifts/<slug:ref>/", rota.shift, name="shift"),
    path("rota/shifts/<slug:ref>/remove/", rota.shift_remove, name="shift_remove"),
    path("rota/changes/<slug:ref>/remove/", rota.override_remove, name="override_remove"),
    path("rota/<slug:line_ref>/shifts/new/", rota.shift_new, name="shift_new"),
    path("rota/<slug:line_ref>/changes/new/", rota.override_new, name="override_new"),
    path("rota/<slug:line_ref>/take-over/", rota.take_over, name="take_over"),
]
