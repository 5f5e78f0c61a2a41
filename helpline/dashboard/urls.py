"""Pages that show several apps at once."""

from django.urls import path

from helpline.dashboard import call_views, case_verbs, case_views, sheet_views, transfer_views, views
from helpline.dashboard.live import live
from helpline.dashboard.sound import file, sound

app_name = "dashboard"

urlpatterns = [
    path("", views.board, name="board"),
    path("board/now/", views.now, name="now"),
    path("board/due/", views.due, name="due"),
    path("board/tonight/", views.tonight, name="tonight"),
    path("board/on-call/", views.on_call, name="on_call"),
    path("board/alarms/<slug:ref>/", views.alarm_seen, name="alarm_seen"),
    path("board/hand-overs/<slug:ref>/", views.hand_over_answer, name="hand_over_answer"),
    path("board/ringing/", call_views.ringing, name="ringing"),
    path("hand-over/", sheet_views.sheet, name="sheet"),
    path("hand-over/<slug:ref>/", sheet_views.sheet_answer, name="sheet_answer"),
    path("live/", live, name="live"),
    path("messages/<slug:ref>/", sound, name="sound"),
    path("files/<slug:ref>/", file, name="file"),
    path("cases/", case_views.cases, name="cases"),
    path("cases/new/", case_views.new, name="case_new"),
    path("cases/search/", case_views.search, name="case_jump"),
    path("cases/<slug:ref>/", case_views.case, name="case"),
    path("cases/<slug:ref>/call/", call_views.call_screen, name="call"),
    path("cases/<slug:ref>/call/state/", call_views.call_state, name="call_state"),
    path("cases/<slug:ref>/call/kind/", call_views.call_kind, name="call_kind"),
    path("cases/<slug:ref>/call/done/", call_views.call_done, name="call_done"),
    path("cases/<slug:ref>/call/done/<slug:wrap_up_ref>/undo/", call_views.call_undo, name="call_undo"),
    path("cases/<slug:ref>/call/connect/", transfer_views.transfer, name="transfer"),
    path("cases/<slug:ref>/call/connect/now/", transfer_views.transfer_state, name="transfer_state"),
    path("cases/<slug:ref>/call/connect/begin/", transfer_views.transfer_begin, name="transfer_begin"),
    path("cases/<slug:ref>/call/connect/next/", transfer_views.transfer_ask, name="transfer_ask"),
    path("cases/<slug:ref>/story/", case_views.story, name="story"),
    path("cases/<slug:ref>/promises/", case_views.promises, name="promises"),
    path("cases/<slug:ref>/take/", case_verbs.take, name="take"),
    path("cases/<slug:ref>/note/", case_verbs.note, name="note"),
    path("cases/<slug:ref>/draft/", case_verbs.draft, name="draft"),
    path("cases/<slug:ref>/text/", case_verbs.text, name="text"),
    path("cases/<slug:ref>/known/", case_verbs.known, name="known"),
    path("cases/<slug:ref>/join/", case_verbs.join, name="join"),
    path("cases/<slug:ref>/summary/", case_verbs.summarise, name="summary"),
    path("cases/<slug:ref>/urgency/", case_verbs.urgency, name="urgency"),
    path("cases/<slug:ref>/part/", case_verbs.part, name="part"),
    path("cases/<slug:ref>/close/", case_verbs.close, name="close"),
    path("cases/<slug:ref>/reopen/", case_verbs.reopen, name="reopen"),
    path("cases/<slug:ref>/caller/", case_verbs.describe, name="describe"),
    path("cases/<slug:ref>/follow-ups/", case_verbs.promise, name="promise"),
    path("cases/<slug:ref>/follow-ups/<slug:follow_up_ref>/", case_verbs.follow_up, name="follow_up"),
    path("cases/<slug:ref>/hand-over/", case_verbs.hand_over, name="hand_over"),
    path("cases/<slug:ref>/numbers/<slug:number_ref>/", case_verbs.number, name="number"),
]
