//! The parts of an entry: each is one small page, a few columns of the CSV file, a few fields of the document.
//!
//! A part *shows* itself as fields and *reads* itself from fields; reading tidies, and says what cannot stay.

use chrono::NaiveDate;

use crate::budgets::FundingRoute;
use crate::catalogue::taxonomy::Taxonomy;
use crate::catalogue::{Kind, ProviderType, Rate, Unit};
use crate::db::text_enum;
use crate::error::FieldError;
use crate::places::{Gazetteer, Precision};

use super::super::typed;
use super::entry::{Day, DayTimes, Entry, PlaceMode, Price};
use super::fields::Fields;

/// Prices of one service.
pub const MOST_PRICES: usize = 12;

text_enum! {
    /// One part of an entry.
    #[schema(as = ServicePart)]
    pub enum Part {
        /// What it is.
        What = "what",
        /// Who it is for.
        Who = "who",
        /// Where.
        Where = "where",
        /// When.
        When = "when",
        /// What it costs.
        Prices = "prices",
        /// Places and waiting.
        Places = "places",
        /// Getting in and getting on.
        Access = "access",
        /// How to reach it.
        Contact = "contact",
        /// Registration with the regulator.
        Registration = "registration",
    }
}

/// What reading and showing need to know besides the entry.
pub struct Known<'a> {
    /// Categories, needs, accessibility.
    pub taxonomy: &'a Taxonomy,
    /// Ids and names of the authorities.
    pub authorities: &'a [(String, String)],
    /// What the provider is.
    pub provider_type: ProviderType,
    /// Today.
    pub today: NaiveDate,
}

impl Known<'_> {
    fn authority_name(&self, id: &str) -> String {
        self.authorities.iter().find(|(each, _)| each == id).map_or_else(|| id.to_owned(), |(_, name)| name.clone())
    }

    fn authority_id(&self, name: &str) -> Option<String> {
        let found = self.authorities.iter().find(|(id, each)| each.eq_ignore_ascii_case(name) || id == name);
        found.map(|(id, _)| id.clone())
    }

    /// The categories that services belong to: those below another.
    #[must_use]
    pub fn categories(&self) -> Vec<(&str, &str)> {
        let all = self.taxonomy.all("category");
        all.into_iter()
            .filter(|term| term.parent_id.is_some())
            .map(|term| (term.id.as_str(), term.name.as_str()))
            .collect()
    }
}

/// Collects what cannot stay.
struct Wrong(Vec<FieldError>);

impl Wrong {
    fn say(&mut self, field: &str, why: impl Into<String>) {
        self.0.push(FieldError::new(field, why));
    }

    /// The value, or nothing and a note.
    fn take<T>(&mut self, field: &str, read: Result<T, String>) -> Option<T> {
        read.map_err(|why| self.say(field, why)).ok()
    }
}

impl Part {
    /// The words of the task list.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::What => "What it is",
            Self::Who => "Who it is for",
            Self::Where => "Where",
            Self::When => "When",
            Self::Prices => "Prices",
            Self::Places => "Places and waiting",
            Self::Access => "Getting in and getting on",
            Self::Contact => "Contact",
            Self::Registration => "Registration",
        }
    }

    /// This part of an entry as fields.
    #[must_use]
    pub fn show(self, entry: &Entry, known: &Known<'_>) -> Fields {
        let mut fields = Fields::default();
        let number = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
        match self {
            Self::What => {
                fields.put("name", &entry.name);
                fields.put("kind", entry.kind);
                fields.put("category_id", &entry.category_id);
                fields.put("description", &entry.description);
            }
            Self::Who => {
                entry.needs.iter().for_each(|need| fields.put("needs", need));
                fields.put("minimum_age", number(entry.minimum_age));
                fields.put("maximum_age", number(entry.maximum_age));
            }
            Self::Where => {
                fields.put("place", entry.place);
                fields.put("address", &entry.address);
                fields.put("postcode", &entry.postcode);
                fields.put("miles", number(entry.miles));
                fields.put("districts", entry.districts.join(", "));
                let names: Vec<String> = entry.authorities.iter().map(|id| known.authority_name(id)).collect();
                fields.put("authorities", names.join("; "));
            }
            Self::When => {
                for day in Day::ALL {
                    let times = entry.times.iter().find(|times| times.day == *day);
                    fields.put(&format!("{day}_opens"), times.map_or("", |times| &times.opens));
                    fields.put(&format!("{day}_closes"), times.map_or("", |times| &times.closes));
                }
                fields.put("times_note", &entry.times_note);
            }
            Self::Prices => {
                fields.put("free", if entry.free { "yes" } else { "no" });
                for (price, nth) in entry.prices.iter().zip(1..) {
                    show_price(price, &format!("price_{nth}_"), &mut fields);
                }
                entry.funding.iter().for_each(|route| fields.put("funding", route));
            }
            Self::Places => {
                fields.put("places_free", number(entry.places_free));
                fields.put("waiting_days", number(entry.waiting_days));
            }
            Self::Access => {
                entry.accessibility.iter().for_each(|term| fields.put("accessibility", term));
                fields.put("languages", &entry.languages);
            }
            Self::Contact => {
                fields.put("phone", &entry.phone);
                fields.put("email", &entry.email);
                fields.put("website", &entry.website);
            }
            Self::Registration => {
                fields.put("personal_care", if entry.personal_care { "yes" } else { "no" });
                fields.put("registration_number", &entry.registration_number);
            }
        }
        fields
    }

    /// Reads this part into an entry, which stays as it was where something is wrong.
    pub fn read(self, fields: &Fields, known: &Known<'_>, entry: &mut Entry) -> Result<(), Vec<FieldError>> {
        let mut new = entry.clone();
        let mut wrong = Wrong(Vec::new());
        match self {
            Self::What => what(fields, known, &mut new, &mut wrong),
            Self::Who => who(fields, known, &mut new, &mut wrong),
            Self::Where => place(fields, known, &mut new, &mut wrong),
            Self::When => when(fields, &mut new, &mut wrong),
            Self::Prices => prices(fields, known, &mut new, &mut wrong),
            Self::Places => {
                new.places_free = wrong
                    .take("places_free", typed::whole(fields.one("places_free"), 9_999, "The number of free places"))
                    .flatten();
                new.waiting_days = wrong
                    .take("waiting_days", typed::whole(fields.one("waiting_days"), 1_000, "The waiting time in days"))
                    .flatten();
            }
            Self::Access => {
                new.accessibility = terms("accessibility", fields, known, &mut wrong);
                new.languages = wrong
                    .take("languages", typed::line(fields.one("languages"), 200, "The list of languages"))
                    .unwrap_or_default();
            }
            Self::Contact => {
                let text = |read: Result<Option<String>, String>| read.map(Option::unwrap_or_default);
                new.phone = wrong.take("phone", text(typed::phone(fields.one("phone")))).unwrap_or_default();
                new.email = wrong.take("email", text(typed::email(fields.one("email")))).unwrap_or_default();
                new.website = wrong.take("website", text(typed::website(fields.one("website")))).unwrap_or_default();
            }
            Self::Registration => {
                new.personal_care = yes(fields.one("personal_care"));
                let number = typed::line(fields.one("registration_number"), 40, "The registration number");
                new.registration_number = wrong.take("registration_number", number).unwrap_or_default();
            }
        }
        if wrong.0.is_empty() {
            *entry = new;
            Ok(())
        } else {
            Err(wrong.0)
        }
    }

    /// What is missing here before the service can be published.
    #[must_use]
    pub fn missing(self, entry: &Entry, provider: ProviderType) -> Option<&'static str> {
        match self {
            Self::What if entry.name.is_empty() => Some("Give it a name."),
            Self::What if entry.description.is_empty() => Some("Say what it is, in plain words."),
            Self::What if entry.category_id.is_empty() => Some("Choose what it belongs to."),
            Self::Where if entry.place != PlaceMode::Remote && entry.postcode.is_empty() => Some("Say where it is."),
            Self::Where if entry.place == PlaceMode::ItComes && entry.has_no_area() => Some("Say how far you come."),
            Self::Prices if !entry.free && entry.prices.is_empty() => Some("Say what it costs, or that it is free."),
            Self::Contact if [&entry.phone, &entry.email, &entry.website].iter().all(|way| way.is_empty()) => {
                Some("Give at least one way to reach you.")
            }
            Self::Registration if entry.is_regulated(provider) && entry.registration_number.is_empty() => {
                Some("Give the number of your registration with the regulator.")
            }
            _ => None,
        }
    }

    /// Whether anything was said here.
    #[must_use]
    pub fn is_begun(self, entry: &Entry) -> bool {
        let nothing = Entry::default();
        match self {
            Self::What => !entry.name.is_empty() && !entry.description.is_empty(),
            Self::Who => !entry.needs.is_empty() || entry.minimum_age.is_some() || entry.maximum_age.is_some(),
            Self::Where => entry.place == PlaceMode::Remote || !entry.same_place(&nothing),
            Self::When => !entry.times.is_empty() || !entry.times_note.is_empty(),
            Self::Prices => entry.free || !entry.prices.is_empty(),
            Self::Places => entry.places_free.is_some() || entry.waiting_days.is_some(),
            Self::Access => !entry.accessibility.is_empty() || !entry.languages.is_empty(),
            Self::Contact => [&entry.phone, &entry.email, &entry.website].iter().any(|way| !way.is_empty()),
            Self::Registration => entry.personal_care || !entry.registration_number.is_empty(),
        }
    }
}

impl Entry {
    fn has_no_area(&self) -> bool {
        self.miles.is_none() && self.districts.is_empty() && self.authorities.is_empty()
    }

    /// The same entry, tidied part by part; or everything that cannot stay.
    pub fn checked(&self, known: &Known<'_>) -> Result<Self, Vec<FieldError>> {
        let mut tidy = self.clone();
        let mut wrong = Vec::new();
        for part in Part::ALL {
            if let Err(more) = part.read(&part.show(self, known), known, &mut tidy) {
                wrong.extend(more);
            }
        }
        if wrong.is_empty() { Ok(tidy) } else { Err(wrong) }
    }

    /// Everything that is missing before it can be published.
    #[must_use]
    pub fn missing(&self, provider: ProviderType) -> Vec<(Part, &'static str)> {
        Part::ALL.iter().filter_map(|part| Some((*part, part.missing(self, provider)?))).collect()
    }
}

fn yes(text: &str) -> bool {
    ["yes", "y", "true", "1", "on"].contains(&text.trim().to_ascii_lowercase().as_str())
}

fn what(fields: &Fields, known: &Known<'_>, new: &mut Entry, wrong: &mut Wrong) {
    let name = wrong.take("name", typed::line(fields.one("name"), 120, "The name")).unwrap_or_default();
    if name.is_empty() {
        wrong.say("name", "Give it a name, as people would say it.");
    }
    new.name = name;
    let kind = fields.one("kind").parse::<Kind>();
    match kind {
        Ok(kind) => new.kind = kind,
        Err(_) => wrong.say("kind", "Choose what kind of thing it is."),
    }
    let category = fields.one("category_id").trim();
    let found =
        known.categories().into_iter().find(|(id, name)| *id == category || name.eq_ignore_ascii_case(category));
    match found {
        Some((id, _)) => id.clone_into(&mut new.category_id),
        None => wrong.say("category_id", "Choose what it belongs to."),
    }
    let text = wrong.take("description", typed::lines(fields.one("description"), 4_000, "The text"));
    match text {
        Some(text) if text.chars().count() < 20 => {
            wrong
                .say("description", "Say what it is in a sentence or two, so that people know whether it is for them.");
        }
        Some(text) => new.description = text,
        None => {}
    }
}

/// Ids of terms; names count as well, for rows of a CSV file.
fn terms(taxonomy: &'static str, fields: &Fields, known: &Known<'_>, wrong: &mut Wrong) -> Vec<String> {
    let field = if taxonomy == "need" { "needs" } else { taxonomy };
    let all = known.taxonomy.all(taxonomy);
    let mut chosen: Vec<String> = Vec::new();
    for said in fields.all(field) {
        match all.iter().find(|term| term.id == said || term.name.eq_ignore_ascii_case(said)) {
            Some(term) if chosen.contains(&term.id) => {}
            Some(term) => chosen.push(term.id.clone()),
            None => wrong.say(field, format!("\"{}\" is not one of the words we know here.", short(said))),
        }
    }
    chosen.sort();
    chosen
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

fn who(fields: &Fields, known: &Known<'_>, new: &mut Entry, wrong: &mut Wrong) {
    new.needs = terms("need", fields, known, wrong);
    new.minimum_age =
        wrong.take("minimum_age", typed::whole(fields.one("minimum_age"), 120, "The youngest age")).flatten();
    new.maximum_age =
        wrong.take("maximum_age", typed::whole(fields.one("maximum_age"), 120, "The oldest age")).flatten();
    if let (Some(from), Some(to)) = (new.minimum_age, new.maximum_age)
        && from > to
    {
        wrong.say("maximum_age", "The oldest age is below the youngest.");
    }
}

fn place(fields: &Fields, known: &Known<'_>, new: &mut Entry, wrong: &mut Wrong) {
    match fields.one("place").parse() {
        Ok(place) => new.place = place,
        Err(_) => wrong.say("place", "Choose how people and the service come together."),
    }
    new.address = wrong.take("address", typed::line(fields.one("address"), 200, "The address")).unwrap_or_default();
    let postcode = fields.one("postcode").trim().to_uppercase();
    new.postcode = String::new();
    if !postcode.is_empty() {
        match Gazetteer::shared().find(&postcode) {
            Ok(place) if place.precision == Precision::Named => {
                wrong.say("postcode", "Enter a postcode, like M33 7XB, or its first part, like M33.");
            }
            // A postcode that is newer than our list is kept as it was written, at the point of its neighbourhood.
            Ok(place) => {
                new.postcode = if place.label.len() > postcode.len() { place.label } else { spaced(&postcode) }
            }
            Err(why) => wrong.say("postcode", why.to_string()),
        }
    } else if new.place != PlaceMode::Remote {
        wrong.say("postcode", "Enter the postcode.");
    }
    new.miles = wrong
        .take("miles", typed::whole(fields.one("miles"), 100, "How far you come"))
        .flatten()
        .filter(|miles| *miles > 0);
    new.districts = Vec::new();
    for code in fields.all("districts").flat_map(|text| text.split([',', ';', '\n'])) {
        let code: String = code.trim().to_uppercase();
        let fits =
            code.len() <= 4 && Gazetteer::shared().find(&code).is_ok_and(|place| place.precision == Precision::Outward);
        match code.is_empty() {
            true => {}
            false if !fits => {
                wrong.say("districts", format!("\"{}\" is not the first part of a postcode, like M33.", short(&code)));
            }
            false if new.districts.contains(&code) => {}
            false => new.districts.push(code),
        }
    }
    new.authorities = Vec::new();
    for name in fields.all("authorities").flat_map(|text| text.split([';', '\n'])).map(str::trim) {
        match known.authority_id(name) {
            _ if name.is_empty() => {}
            Some(id) if new.authorities.contains(&id) => {}
            Some(id) => new.authorities.push(id),
            None => wrong.say("authorities", format!("We know no council called \"{}\".", short(name))),
        }
    }
    if new.districts.len() > 60 || new.authorities.len() > 60 {
        wrong.say("districts", "That is more areas than we can take: 60 is the most.");
    }
    match new.place {
        PlaceMode::ItComes if new.has_no_area() && wrong.0.is_empty() => {
            wrong.say("miles", "Say how far you come, in miles, or name the districts or councils.");
        }
        PlaceMode::ItComes => new.address = String::new(),
        PlaceMode::TheyCome | PlaceMode::Remote => {
            (new.miles, new.districts, new.authorities) = (None, Vec::new(), Vec::new());
        }
    }
}

/// "M337XB" → "M33 7XB"; a first part stays as it is.
fn spaced(postcode: &str) -> String {
    let plain: String = postcode.split_whitespace().collect();
    match plain.len().checked_sub(3) {
        Some(cut) if cut >= 2 && plain.is_ascii() && plain.as_bytes()[cut].is_ascii_digit() && plain.len() >= 5 => {
            format!("{} {}", &plain[..cut], &plain[cut..])
        }
        _ => postcode.to_owned(),
    }
}

fn when(fields: &Fields, new: &mut Entry, wrong: &mut Wrong) {
    new.times = Vec::new();
    for day in Day::ALL {
        let (from, to) = (format!("{day}_opens"), format!("{day}_closes"));
        match (fields.one(&from).trim(), fields.one(&to).trim()) {
            ("", "") => {}
            (opens, closes) => match (time(opens), time(closes)) {
                (Some(opens), Some(closes)) if opens < closes => {
                    new.times.push(DayTimes { day: *day, opens, closes });
                }
                (Some(_), Some(_)) => wrong.say(&to, format!("{}: it ends before it begins.", day.name())),
                (None, _) => wrong.say(&from, format!("{}: enter when it begins, like 9:30.", day.name())),
                (_, None) => wrong.say(&to, format!("{}: enter when it ends, like 17:00.", day.name())),
            },
        }
    }
    new.times_note =
        wrong.take("times_note", typed::lines(fields.one("times_note"), 500, "The note")).unwrap_or_default();
}

/// "9", "9:30", "9.30", "09:30", "9am", "5.30 pm" → "09:30".
fn time(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase().replace(' ', "");
    let (plain, add) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(plain), _) => (plain, 0),
        (_, Some(plain)) => (plain, 12),
        _ => (text.as_str(), 0),
    };
    let half_day = plain.len() != text.len();
    let (hours, minutes) = plain.split_once([':', '.']).unwrap_or((plain, "00"));
    if hours.is_empty()
        || hours.len() > 2
        || minutes.len() != 2
        || !(hours.to_owned() + minutes).bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let (mut hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    if half_day {
        if !(1..=12).contains(&hours) {
            return None;
        }
        hours = hours % 12 + add;
    }
    let ends_the_day = hours == 24 && minutes == 0;
    (minutes < 60 && (hours < 24 || ends_the_day))
        .then(|| if ends_the_day { "23:59".into() } else { format!("{hours:02}:{minutes:02}") })
}

fn show_price(price: &Price, prefix: &str, fields: &mut Fields) {
    let money = |pence: Option<i64>| pence.map(typed::as_pounds).unwrap_or_default();
    let mut put = |name: &str, value: String| fields.put(&format!("{prefix}{name}"), value);
    put("id", price.id.map(|id| id.to_string()).unwrap_or_default());
    put("label", price.label.clone());
    put("unit", price.unit.to_string());
    put("rate", price.rate.to_string());
    put("amount", typed::as_pounds(price.amount_pence));
    put("includes", price.includes.clone());
    put("direct", money(price.direct_pence));
    put("management", money(price.management_pence));
    put("overhead", money(price.overhead_pence));
    put("new_amount", money(price.changes_to_pence));
    put("new_from", price.changes_on.map(|on| on.to_string()).unwrap_or_default());
}

fn prices(fields: &Fields, known: &Known<'_>, new: &mut Entry, wrong: &mut Wrong) {
    new.free = yes(fields.one("free"));
    new.prices = Vec::new();
    if !new.free {
        for nth in 1..=MOST_PRICES {
            let prefix = format!("price_{nth}_");
            let said =
                ["amount", "label", "id"].iter().any(|name| !fields.one(&format!("{prefix}{name}")).trim().is_empty());
            if said && let Some(price) = read_price(fields, &prefix, known, wrong) {
                new.prices.push(price);
            }
        }
    }
    new.funding = Vec::new();
    for said in fields.all("funding") {
        match said.parse::<FundingRoute>() {
            Ok(route) if new.funding.contains(&route) => {}
            Ok(route) => new.funding.push(route),
            Err(_) => wrong.say("funding", format!("\"{}\" is no way of paying that we know.", short(said))),
        }
    }
    new.funding.sort();
}

/// One price from the fields with this prefix.
fn read_price(fields: &Fields, prefix: &str, known: &Known<'_>, wrong: &mut Wrong) -> Option<Price> {
    let before = wrong.0.len();
    let name = |name: &str| format!("{prefix}{name}");
    let one = |each: &str| fields.one(&name(each)).trim();
    let amount = wrong.take(&name("amount"), typed::pounds(one("amount")));
    if amount == Some(0) {
        wrong.say(&name("amount"), "A price is more than nothing. Say that it is free instead.");
    }
    let label = wrong.take(&name("label"), typed::line(one("label"), 80, "The name of the price")).unwrap_or_default();
    let unit = one("unit").parse::<Unit>();
    if unit.is_err() {
        wrong.say(&name("unit"), "Choose what the price is for: an hour, a visit, a week…");
    }
    let rate = if one("rate").is_empty() { Ok(Rate::AnyTime) } else { one("rate").parse::<Rate>() };
    if rate.is_err() {
        wrong.say(&name("rate"), "Choose when the price applies.");
    }
    let includes =
        wrong.take(&name("includes"), typed::lines(one("includes"), 500, "What it includes")).unwrap_or_default();
    let mut made_of = [None; 3];
    for (part, each) in made_of.iter_mut().zip(["direct", "management", "overhead"]) {
        if !one(each).is_empty() {
            *part = wrong.take(&name(each), typed::pounds(one(each)));
        }
    }
    let told: Vec<i64> = made_of.iter().copied().flatten().collect();
    if (!told.is_empty() && told.len() < 3)
        || (told.len() == 3 && amount.is_some_and(|amount| told.iter().sum::<i64>() != amount))
    {
        wrong.say(&name("direct"), "The three parts add up to the price; or leave all three empty.");
    }
    let (mut to, mut on) = (None, None);
    if !one("new_amount").is_empty() || !one("new_from").is_empty() {
        to = wrong.take(&name("new_amount"), typed::pounds(one("new_amount"))).filter(|pence| *pence > 0);
        on = one("new_from").parse::<NaiveDate>().ok();
        if on.is_none_or(|on| on <= known.today) {
            wrong.say(&name("new_from"), "Enter the day from which the new price holds: tomorrow or later.");
        }
        if to.is_none() {
            wrong.say(&name("new_amount"), "Enter the new price.");
        }
    }
    let unit = unit.ok()?;
    (wrong.0.len() == before).then(|| Price {
        id: one("id").parse().ok(),
        label: if label.is_empty() { "Standard price".into() } else { label },
        unit,
        rate: rate.unwrap_or(Rate::AnyTime),
        amount_pence: amount.unwrap_or_default(),
        includes,
        direct_pence: made_of[0],
        management_pence: made_of[1],
        overhead_pence: made_of[2],
        changes_to_pence: to,
        changes_on: on,
    })
}

/// One price of an entry as fields without a number, for its own page.
#[must_use]
pub fn show_one_price(price: &Price) -> Fields {
    let mut fields = Fields::default();
    show_price(price, "", &mut fields);
    fields
}

/// Reads one price from its own page.
pub fn read_one_price(fields: &Fields, known: &Known<'_>) -> Result<Price, Vec<FieldError>> {
    let mut wrong = Wrong(Vec::new());
    read_price(fields, "", known, &mut wrong).ok_or(wrong.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taxonomy() -> Taxonomy {
        Taxonomy::of(Taxonomy::shipped().unwrap())
    }

    #[test]
    fn times_are_understood_as_people_type_them() {
        for (typed, read) in [
            ("9", "09:00"),
            ("9.30", "09:30"),
            ("5pm", "17:00"),
            ("12 am", "00:00"),
            ("12pm", "12:00"),
            ("24:00", "23:59"),
        ] {
            assert_eq!(time(typed).as_deref(), Some(read), "{typed}");
        }
        for wrong in ["", "25", "9:5", "13pm", "noon", "9:99", "-1", "٩"] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_a_part_shows_it_reads_again() {
        let taxonomy = taxonomy();
        let authorities = [("id".to_owned(), "Trafford".to_owned())];
        let today = NaiveDate::from_ymd_opt(2026, 5, 20).unwrap();
        let known = Known { taxonomy: &taxonomy, authorities: &authorities, provider_type: ProviderType::Micro, today };
        let entry = Entry {
            name: "Lunch club".into(),
            category_id: "lunch-clubs".into(),
            description: "A cooked meal around a table.".into(),
            needs: vec!["carers".into(), "older-people".into()],
            place: PlaceMode::ItComes,
            postcode: "M33".into(),
            miles: Some(5),
            districts: vec!["M33".into(), "M41".into()],
            authorities: vec!["id".into()],
            times: vec![DayTimes { day: Day::Friday, opens: "12:00".into(), closes: "14:00".into() }],
            prices: vec![Price {
                id: None,
                label: "Lunch".into(),
                unit: Unit::Session,
                rate: Rate::Weekday,
                amount_pence: 850,
                includes: "Tea".into(),
                direct_pence: Some(600),
                management_pence: Some(150),
                overhead_pence: Some(100),
                changes_to_pence: Some(900),
                changes_on: NaiveDate::from_ymd_opt(2026, 7, 1),
            }],
            funding: vec![FundingRoute::DirectPayment],
            phone: "0161 496 0000".into(),
            ..Entry::default()
        };
        assert_eq!(entry.checked(&known), Ok(entry.clone()));
        let wrong = Entry { description: "short".into(), postcode: "Sale".into(), minimum_age: Some(200), ..entry };
        let fields: Vec<String> = wrong.checked(&known).unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["description", "minimum_age", "postcode"]);
    }
}
