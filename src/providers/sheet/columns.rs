//! The columns of the file, with what each is for; a service as a row, and a row as fields.

use super::super::services::{Day, Entry, Fields, Known, Part};

/// Prices that fit into one row.
pub const PRICES: usize = 4;

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name in the first line.
    pub name: String,
    /// What it is for.
    pub about: &'static str,
    /// An example.
    pub example: &'static str,
    /// To which part it belongs; none for the reference.
    pub part: Option<Part>,
}

/// Every column, in order.
#[must_use]
pub fn columns() -> Vec<Column> {
    let mut all = Vec::new();
    let mut add = |part: Option<Part>, name: &str, about: &'static str, example: &'static str| {
        all.push(Column { name: name.into(), about, example, part });
    };
    add(
        None,
        "reference",
        "Your own name or number for this service. The same reference again means the same service.",
        "lunch-tue",
    );
    let what = Some(Part::What);
    add(what, "name", "What people read first.", "Tuesday lunch club");
    add(what, "category", "The name of the category it belongs to, as in the list of categories.", "Lunch clubs");
    add(
        what,
        "kind",
        "support service, personal assistant, equipment, accommodation with care, money and budget management, planning and advocacy, universal service, community group or information page.",
        "community group",
    );
    add(
        what,
        "description",
        "What it is, in plain words.",
        "A cooked meal around a table with other people, every Tuesday.",
    );
    let who = Some(Part::Who);
    add(
        who,
        "needs",
        "Who it is for, several with a semicolon between them; empty for everybody.",
        "older people; carers",
    );
    add(who, "minimum_age", "A whole number, or empty.", "65");
    add(who, "maximum_age", "A whole number, or empty.", "");
    let place = Some(Part::Where);
    add(place, "place", "people come to it, it comes to people, or by telephone or online.", "people come to it");
    add(place, "postcode", "Of the place, or of where you set out from.", "M33 7ZF");
    add(place, "address", "If people come to it: street and town.", "1 High Street, Sale");
    add(place, "miles", "If it comes to people: how far.", "");
    add(place, "districts", "If it comes to people: whole postcode districts, with commas.", "");
    add(place, "authorities", "If it comes to people: whole council areas by name, with semicolons.", "");
    for day in Day::ALL {
        add(
            Some(Part::When),
            &day.name().to_lowercase(),
            "From and to, like 09:00-17:00; empty when closed.",
            if *day == Day::Tuesday { "12:00-14:00" } else { "" },
        );
    }
    add(Some(Part::When), "times_note", "Anything else about when.", "Not in August");
    let prices = Some(Part::Prices);
    add(prices, "free", "yes or no.", "no");
    for nth in 1..=PRICES {
        let first = nth == 1;
        let mut price = |name: &str, about, example| {
            add(prices, &format!("price_{nth}_{name}"), about, if first { example } else { "" });
        };
        price(
            "amount",
            "Pounds and pence. A price that changes holds from the day of the import; what was bought before keeps the old one.",
            "8.50",
        );
        price("unit", "hour, visit, session, night, week, item, mile or one-off.", "session");
        price("label", "What the price is called.", "Lunch and tea");
        price("rate", "any time, weekday, evening, weekend or bank holiday.", "any time");
        price("includes", "What it includes.", "The meal, tea and cake");
    }
    add(
        prices,
        "funding",
        "Which money you take, with semicolons; empty for all: direct payment, nominated third party, trust, broker, individual service fund, council-managed, own money.",
        "",
    );
    add(Some(Part::Places), "places_free", "A whole number; empty if places are not counted.", "4");
    add(Some(Part::Places), "waiting_days", "A whole number of days; 0 for none.", "0");
    add(
        Some(Part::Access),
        "accessibility",
        "What makes it easy to get in and on, with semicolons, in the words of the list.",
        "Step-free entrance; Accessible toilet",
    );
    add(Some(Part::Access), "languages", "Languages besides English.", "Urdu");
    add(Some(Part::Contact), "phone", "A telephone number.", "0161 496 0000");
    add(Some(Part::Contact), "email", "An e-mail address.", "lunch@example.org");
    add(Some(Part::Contact), "website", "A web address.", "www.example.org");
    add(
        Some(Part::Registration),
        "personal_care",
        "yes if you help with washing, dressing, eating or medicines.",
        "no",
    );
    add(Some(Part::Registration), "registration_number", "With the regulator, where it is needed.", "");
    all
}

/// What a column of an entry holds.
#[must_use]
pub fn cell(column: &Column, entry: &Entry, known: &Known<'_>) -> String {
    let Some(part) = column.part else { return String::new() };
    let fields = part.show(entry, known);
    let names = |ids: &[String]| ids.iter().map(|id| known.taxonomy.name(id)).collect::<Vec<_>>().join("; ");
    match column.name.as_str() {
        "category" => known.taxonomy.name(&entry.category_id).to_owned(),
        "needs" => names(&entry.needs),
        "accessibility" => names(&entry.accessibility),
        "funding" => fields.all("funding").collect::<Vec<_>>().join("; "),
        name => match Day::ALL.iter().find(|day| day.name().eq_ignore_ascii_case(name)) {
            None => fields.one(name).to_owned(),
            Some(day) => match entry.times.iter().find(|times| times.day == *day) {
                Some(times) => format!("{}-{}", times.opens, times.closes),
                None => String::new(),
            },
        },
    }
}

/// The fields of one part from the cells of a row; none where the file has no column of that part.
#[must_use]
pub fn fields(part: Part, row: &[(String, String)], entry: &Entry, known: &Known<'_>) -> Option<Fields> {
    let of_part: Vec<Column> = columns().into_iter().filter(|column| column.part == Some(part)).collect();
    let given = |name: &str| row.iter().find(|(each, _)| each == name).map(|(_, value)| value.as_str());
    if of_part.iter().all(|column| given(&column.name).is_none()) {
        return None;
    }
    let mut fields = Fields::default();
    for column in &of_part {
        // A column that the file leaves out keeps what is there.
        let value = given(&column.name).map_or_else(|| cell(column, entry, known), str::to_owned);
        let day = Day::ALL.iter().find(|day| day.name().eq_ignore_ascii_case(&column.name));
        match (column.name.as_str(), day) {
            (_, Some(day)) => {
                let (opens, closes) = value.split_once(['-', '–']).unwrap_or((value.as_str(), ""));
                fields.put(&format!("{day}_opens"), opens.trim());
                fields.put(&format!("{day}_closes"), closes.trim());
            }
            ("category", _) => fields.put("category_id", &value),
            ("needs" | "accessibility" | "funding", _) => {
                value
                    .split(';')
                    .map(str::trim)
                    .filter(|each| !each.is_empty())
                    .for_each(|each| fields.put(&column.name, each));
            }
            (name, _) => fields.put(name, &value),
        }
    }
    Some(fields)
}

/// Whether a row says about a part exactly what the entry says already.
#[must_use]
pub fn says_the_same(part: Part, row: &[(String, String)], entry: &Entry, known: &Known<'_>) -> bool {
    let of_part = columns().into_iter().filter(|column| column.part == Some(part));
    of_part.into_iter().all(|column| {
        let given = row.iter().find(|(each, _)| *each == column.name);
        given.is_none_or(|(_, value)| value.trim() == cell(&column, entry, known).trim())
    })
}
