"""The addresses of the phone. Those that the gateway calls stand fixed; the rest it finds from our answers."""

from django.conf import settings
from django.urls import path

from telephony.views import practice
from telephony.webhooks import rooms, texts, voice

app_name = "telephony"

urlpatterns = [
    path("voice/", voice.receive, name="voice"),
    path("voice/fallback/", voice.fall_back, name="voice_fallback"),
    path("voice/status/", voice.hear_status, name="voice_status"),
    path("voice/pressed/", voice.press, name="pressed"),
    path("voice/prompt/", voice.reach_prompt, name="prompt"),
    path("voice/dialled/<int:step>/", voice.hear_dialled, name="dialled"),
    path("voice/whisper/<slug:leg_ref>/", voice.whisper, name="whisper"),
    path("voice/accept/<slug:leg_ref>/", voice.accept, name="accept"),
    path("voice/leg/<slug:leg_ref>/", voice.hear_leg_status, name="leg_status"),
    path("voice/recorded/", voice.hear_recorded, name="recorded"),
    path("voice/recording/", voice.hear_recording_status, name="recording_status"),
    path("voice/music/", rooms.play_music, name="music"),
    path("voice/room/<slug:room>/<slug:who>/in/", rooms.come_in, name="room_door"),
    path("voice/room/<slug:room>/<slug:who>/out/", rooms.leave, name="room_left"),
    path("voice/room/<slug:room>/again/", rooms.ring_again, name="room_again"),
    path("voice/room/<slug:room>/wait/", rooms.wait, name="room_wait"),
    path("voice/room/<slug:room>/events/", rooms.hear_event, name="room_events"),
    path("voice/out/<slug:out_ref>/", rooms.ask, name="out_words"),
    path("voice/out/<slug:out_ref>/key/", rooms.hear_key, name="out_key"),
    path("voice/out/<slug:out_ref>/status/", rooms.hear_out_status, name="out_status"),
    path("sms/", texts.receive, name="sms"),
    path("sms/status/", texts.hear_status, name="sms_status"),
    path("sms/status/<slug:message_ref>/", texts.hear_status, name="text_status"),
]

if settings.IS_PRACTICE:
    urlpatterns += [
        path("practice/", practice.practice_phone, name="practice_phone"),
        path("practice/screen/", practice.practice_screen, name="practice_screen"),
        path("practice/call/", practice.practice_call, name="practice_call"),
        path("practice/press/", practice.practice_press, name="practice_press"),
        path("practice/say/", practice.practice_say, name="practice_say"),
        path("practice/pick-up/", practice.practice_pick_up, name="practice_pick_up"),
        path("practice/hang-up/", practice.practice_hang_up, name="practice_hang_up"),
        path("practice/text/", practice.practice_text, name="practice_text"),
    ]
