"""What is written down about an incident and about a station, in words that must be found nowhere."""

import re

WORDS = {
    "narrative": "they came like a cassiope storm to our yard",
    "typed narrative": "half of the kakapo account",
    "refused narrative": "the aye-aye who came tomorrow",
    "incident place": "Quoll Court number four",
    "plate": "QZX7734",
    "vehicle": "a van the colour of an echidna",
    "officer": "Sergeant Fossa-Marten",
    "amount": "nine hundred zorilla",
    "known of them": "limps like a shoebill",
    "cell": "Gundi Street cells",
    "twin": "somebody was hurt by a jerboa uniform",
    "person beside": "Saiga Lily",
    "station name": "Pichi Hill police",
    "station notes": "ask at the kinglet door",
    "liaison": "Captain Tarsier-Loris",
    "liaison number": "7700900245",
    "meeting": "they spoke of the uakari list",
    "station promise": "no more vaquita raids",
    "station sought": "Zokor Road",
}


def write_down(thandi, lerato, here):
    """Let Thandi write down what happened, and Lerato what a station promised; every form that keeps words is sent once."""
    base = f"{here}/incidents"
    at_its_best = {
        "narrative": WORDS["narrative"], "place": WORDS["incident place"], "acts": ["EMO_DETAIN"], "is_held": "on",
        "since_earliest": "2026-11-20T10:00", "held_station": WORDS["cell"], "ground": WORDS["cell"],
        "who-TOTAL_FORMS": "1", "who-INITIAL_FORMS": "0", "who-0-code": "POLICE", "who-0-plate": WORDS["plate"],
        "who-0-vehicle": WORDS["vehicle"], "who-0-badge": WORDS["officer"], "who-0-amount": WORDS["amount"],
        "who-0-known": WORDS["known of them"], "who-0-station": WORDS["cell"],
    }  # fmt: skip
    assert thandi.send(f"{base}/new/draft/", narrative=WORDS["typed narrative"]).status_code == 204
    assert thandi.send(f"{base}/new/acts/", narrative=WORDS["narrative"]).status_code == 200
    refused = {**at_its_best, "narrative": WORDS["refused narrative"], "since_earliest": "2199-11-20T10:00"}
    assert thandi.send(f"{base}/new/", **refused).status_code == 422
    assert thandi.send(f"{base}/new/", narrative=WORDS["refused narrative"] * 40_000).status_code == 413
    kept = thandi.send(f"{base}/new/", **at_its_best)
    assert kept.status_code == 200
    ref = re.search(rf"{base}/(\w{{18}})/", kept.url)[1]
    for path in ("", f"{ref}/", f"{ref}/edit/", f"{ref}/others/", f"{ref}/twin/"):
        assert thandi.open(f"{base}/{path}").status_code == 200, path
    assert thandi.send(f"{base}/{ref}/edit/", **at_its_best, version="7").status_code == 409
    assert thandi.send(f"{base}/{ref}/twin/", body=WORDS["twin"], version="0").status_code == 200
    assert thandi.send(f"{base}/{ref}/others/", person_0=WORDS["person beside"], key="k").status_code == 200
    thandi.send("/cases/search/", q=WORDS["plate"])
    _keep_a_station(lerato)


def _keep_a_station(lerato):
    made = lerato.send("/stations/new/", name=WORDS["station name"], notes=WORDS["station notes"])
    here = re.search(r"/stations/\w{18}/", made.url)[0]
    officer = {"officer-name": WORDS["liaison"], "officer-number": "+44" + WORDS["liaison number"]}
    met = {
        "meeting-met_on": "2026-11-20", "meeting-said": WORDS["meeting"], "meeting-promised": WORDS["station promise"],
        "meeting-by_whom": WORDS["liaison"], "meeting-due_at": "2030-01-01T10:00",
    }  # fmt: skip
    assert lerato.send(f"{here}officers/", **officer).status_code == 200
    assert lerato.send(f"{here}meetings/", **met).status_code == 200
    assert lerato.send("/stations/search/", q=WORDS["station sought"]).status_code == 200
    assert WORDS["station promise"] in lerato.open("/stations/").text
