"""Pages of the network (`/network/…`), of what is asked for a case (`/cases/<ref>/…`), and the few that need no account."""

from django.urls import URLPattern, URLResolver, path

from referrals.views import asking, directory, following, keeping, link, money, proceedings, repayment, standby, team

app_name = "referrals"

urlpatterns: list[URLPattern | URLResolver] = [
    path("network/", directory.network, name="network"),
    path("network/map/", directory.network_map, name="map"),
    path("network/sheet/", directory.sheet, name="sheet"),
    path("network/stand-by/", standby.stand_by, name="stand_by"),
    path("network/stand-by/new/", standby.stand_by_new, name="stand_by_new"),
    path("network/stand-by/<slug:stand_by_ref>/", standby.stand_by_change, name="stand_by_change"),
    path("network/team/", team.team, name="team"),
    path("network/team/new/", team.member, name="member_new"),
    path("network/team/<slug:member_ref>/", team.member, name="member"),
    path("network/areas/", keeping.areas, name="areas"),
    path("network/areas/<slug:area_ref>/", keeping.areas, name="area"),
    path("network/new/", keeping.provider_new, name="provider_new"),
    path("network/money/", money.money, name="money"),
    path("network/money/grants/new/", money.grant, name="grant_new"),
    path("network/money/grants/<slug:grant_ref>/", money.grant, name="grant"),
    path("network/money/fees/new/", money.fee_new, name="fee_new"),
    path("network/money/fees/<slug:fee_ref>/", money.fee, name="fee"),
    path("network/<slug:ref>/", directory.provider, name="provider"),
    path("network/<slug:ref>/show/", directory.provider_show, name="provider_show"),
    path("network/<slug:ref>/change/", keeping.provider_change, name="provider_change"),
    path("network/<slug:ref>/checked/", keeping.provider_checked, name="provider_checked"),
    path("network/<slug:ref>/<slug:kind>/new/", keeping.part, name="part_new"),
    path("network/<slug:ref>/part/<slug:kind>/<slug:part_ref>/", keeping.part, name="part"),
    path("network/<slug:ref>/rates/", money.rates, name="rates"),
    path("network/<slug:ref>/statements/<slug:month>/", money.statement, name="statement"),
    path("o/<str:token>/", link.offer_link, name="offer_link"),
    path("cases/<slug:ref>/ask/", asking.ask, name="ask"),
    path("cases/<slug:ref>/ask/who/", asking.ask_who, name="ask_who"),
    path("cases/<slug:ref>/referrals/<slug:referral_ref>/", asking.referral, name="referral"),
    path("cases/<slug:ref>/referrals/<slug:referral_ref>/do/", asking.referral_do, name="referral_do"),
    path("cases/<slug:ref>/referrals/<slug:referral_ref>/following/", following.following, name="following"),
    path(
        "cases/<slug:ref>/referrals/<slug:referral_ref>/appointments/<slug:appointment_ref>/",
        following.appointment,
        name="appointment",
    ),
    path("cases/<slug:ref>/proceedings/", proceedings.proceedings, name="proceedings"),
    path("cases/<slug:ref>/proceedings/<slug:proceeding_ref>/", proceedings.proceeding, name="proceeding"),
    path("cases/<slug:ref>/repayment/", repayment.repayment, name="repayment"),
    path("cases/<slug:ref>/repayment/<slug:repayment_ref>/", repayment.repayment_change, name="repayment_change"),
]
