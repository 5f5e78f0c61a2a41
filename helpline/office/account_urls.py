"""The pages of sign-in that exist here, under the names that django-allauth looks for.

Not all of its pages: nobody signs up, there is no e-mail to confirm or to send a new password to, and an address that does
not exist cannot be abused. A new password comes from an administrator, by a link (`office:welcome`).
"""

from allauth.account import views
from django.urls import include, path

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),  # says that it is closed; other pages ask for its address
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("2fa/", include("allauth.mfa.urls")),
]
