"""Directories made up at random, right by the rules of HSDS: everything that a field may hold, and links that lead somewhere."""

from hypothesis import strategies as st

from referrals.hsds.tables import ENUMS, LINKS, ON_ANYTHING, ONLY_JSON, TABLES

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40),
    st.sampled_from(["=1+1", "@SUM(A1)", "-2", "a, b; c\td", 'say "no"', "two\r\nlines", " ", "0", "Zoë", "x" * 300]),
)
DATES = st.dates().map(str)
TIMES = st.times().map(lambda one: one.replace(microsecond=0).isoformat())
OF_KIND = {
    "text": TEXTS,
    "uuid": st.uuids().map(str),
    "email": st.sampled_from(["a@b.org", "help+night@line.example"]),
    "uri": st.sampled_from(["https://a.example/x?y=1,2", "tel:+27210000000"]),
    "number": st.one_of(
        st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6).map(lambda one: round(one, 6)), st.sampled_from([35, 35.005])
    ),
    "date": DATES,
    "time": TIMES,
    "datetime": st.datetimes().map(lambda one: one.isoformat()),
}
SIMPLE_WEEK = st.fixed_dictionaries(
    {"byday": st.sampled_from(["MO", "MO,TU,WE", "SA,SU", "SU,MO"]), "opens_at": TIMES, "closes_at": TIMES},
    optional={
        "freq": st.just("WEEKLY"),
        "interval": st.just(1),
        "dtstart": DATES,
        "description": TEXTS,
        "valid_to": DATES,
    },
)


@st.composite
def a_row(draw, table, ids):
    row = {"id": draw(OF_KIND["uuid"])}
    links = LINKS.get(table, {})
    for name, kind, is_required, is_unique in TABLES[table]:
        target = links.get(name)
        if name == "id" or not (is_required or draw(st.booleans())):
            continue
        if target is not None:
            if ids[target]:
                row[name] = draw(st.sampled_from(ids[target]))
        elif name == ON_ANYTHING.get(table):
            row[name] = draw(st.sampled_from([one for some in ids.values() for one in some]))
        elif (table, name) in ENUMS:
            row[name] = draw(st.sampled_from(ENUMS[table, name]))
        elif is_unique:
            row[name] = row["id"]
        else:
            row[name] = draw(OF_KIND[kind])
    if table == "schedule" and draw(st.booleans()):
        row = {name: value for name, value in row.items() if name in links or name == "id"} | draw(SIMPLE_WEEK)
    return row


IN_ORDER = (
    "organization", "program", "service", "location", "service_at_location", "contact", "phone", "address", "schedule",
    "funding", "service_area", "required_document", "language", "accessibility", "cost_option", "taxonomy", "taxonomy_term",
    "organization_identifier", "meta_table_description", "attribute", "metadata",
)  # fmt: skip


@st.composite
def directories(draw):
    """Rows of every table, by table and id."""
    rows = {table: {} for table in TABLES}
    ids = {table: [] for table in TABLES}
    for table in IN_ORDER:
        least = 1 if table in ("organization", "program", "service", "location", "taxonomy_term") else 0
        for _ in range(draw(st.integers(least, 3))):
            row = draw(a_row(table, ids))
            assert all((table, name) not in ONLY_JSON for name in row)
            rows[table][row["id"]] = row
            ids[table].append(row["id"])
    return rows
