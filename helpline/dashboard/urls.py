"""Pages that show several apps at once."""

from django.urls import path

from helpline.dashboard import case_views, views
from helpline.dashboard.live import live

app_name = "dashboard"

urlpatterns = [
    path("", views.board, name="board"),
    path("board/now/", views.now, name="now"),
    path("board/due/", views.due, name="due"),
    path("board/tonight/", views.tonight, name="tonight"),
    path("board/alarms/<slug:ref>/", views.alarm_seen, name="alarm_seen"),
    path("live/", live, name="live"),
    path("cases/<slug:ref>/", case_views.case, name="case"),
    path("cases/<slug:ref>/story/", case_views.story, name="story"),
    path("cases/<slug:ref>/promises/", case_views.promises, name="promises"),
    path("cases/<slug:ref>/numbers/<slug:number_ref>/", case_views.number, name="number"),
]
