"""Pages of the network (`/network/…`), of what is asked for a case (`/cases/<ref>/…`), and the few that need no account.

Each area lists its own, in `referrals/views/<area>.py` under the name PATHS.
"""

from django.urls import URLPattern, URLResolver

app_name = "referrals"

urlpatterns: list[URLPattern | URLResolver] = []
