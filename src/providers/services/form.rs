//! A part of an entry as a form: which fields, with which words.

use crate::budgets::FundingRoute;
use crate::catalogue::{Kind, Rate, Unit};
use crate::web::page::Choice;

use super::entry::{Day, PlaceMode};
use super::fields::Fields;
use super::part::{Known, Part};

/// One field of a form.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// `text`, `area`, `radios`, `checks`, `select`, `date`, `money`, `whole` or `week`.
    pub kind: &'static str,
    /// Its name, and its id.
    pub name: String,
    /// The question.
    pub label: String,
    /// A help below it.
    pub hint: String,
    /// What it holds.
    pub value: String,
    /// What there is to choose from.
    pub choices: Vec<Choice>,
    /// The days of the week, with their two times.
    pub week: Vec<WeekDay>,
    /// Whether it is folded away until somebody wants it.
    pub folded: bool,
}

/// One day of the week in a form.
#[derive(Clone, Debug, Default)]
pub struct WeekDay {
    /// "Monday".
    pub day: String,
    /// The names and values of its two fields.
    pub opens: (String, String),
    /// When it ends.
    pub closes: (String, String),
}

/// Makes fields that hold what was typed.
pub struct Form<'a> {
    fields: &'a Fields,
    all: Vec<Field>,
}

impl<'a> Form<'a> {
    /// An empty form over these values.
    #[must_use]
    pub fn over(fields: &'a Fields) -> Self {
        Self { fields, all: Vec::new() }
    }

    fn add(&mut self, kind: &'static str, name: &str, label: &str, hint: &str) -> &mut Field {
        self.all.push(Field {
            kind,
            name: name.to_owned(),
            label: label.to_owned(),
            hint: hint.to_owned(),
            value: self.fields.one(name).to_owned(),
            ..Field::default()
        });
        let last = self.all.len() - 1;
        &mut self.all[last]
    }

    /// A line of text.
    pub fn text(&mut self, name: &str, label: &str, hint: &str) {
        self.add("text", name, label, hint);
    }

    /// A field of another kind.
    pub fn of(&mut self, kind: &'static str, name: &str, label: &str, hint: &str) {
        self.add(kind, name, label, hint);
    }

    /// Something to choose: value and label of each.
    pub fn choose<'b>(
        &mut self,
        kind: &'static str,
        name: &str,
        label: &str,
        hint: &str,
        from: impl IntoIterator<Item = (&'b str, &'b str)>,
    ) {
        let fields = self.fields;
        let choice = |(value, label): (&str, &str)| Choice {
            value: value.to_owned(),
            label: label.to_owned(),
            count: None,
            chosen: fields.has(name, value),
        };
        self.add(kind, name, label, hint).choices = from.into_iter().map(choice).collect();
    }

    /// The fields.
    #[must_use]
    pub fn done(self) -> Vec<Field> {
        self.all
    }

    fn week(&mut self) {
        let pair = |name: String| (name.clone(), self.fields.one(&name).to_owned());
        let day = |day: &Day| WeekDay {
            day: day.name().into(),
            opens: pair(format!("{day}_opens")),
            closes: pair(format!("{day}_closes")),
        };
        let week = Day::ALL.iter().map(day).collect();
        self.add(
            "week",
            "week",
            "Days and times",
            "Leave a day empty when you are closed. 9:30, 9.30am and 17:00 are all fine.",
        )
        .week = week;
    }
}

const YES_NO: [(&str, &str); 2] = [("yes", "Yes"), ("no", "No")];

/// What a funding route is called when a provider chooses.
fn funding() -> Vec<(&'static str, &'static str)> {
    let label = |route: &FundingRoute| match route {
        FundingRoute::DirectPayment => "Direct payments",
        FundingRoute::ThirdParty => "Money held by somebody the person named",
        FundingRoute::Trust => "Money held by a trust",
        FundingRoute::Broker => "Money held by a broker",
        FundingRoute::ServiceFund => "Individual service funds",
        FundingRoute::CouncilManaged => "Budgets that the council manages",
        FundingRoute::OwnMoney => "People's own money",
    };
    FundingRoute::ALL.iter().map(|route| (route.as_str(), label(route))).collect()
}

fn terms<'a>(known: &'a Known<'_>, taxonomy: &str) -> Vec<(&'a str, &'a str)> {
    known.taxonomy.all(taxonomy).into_iter().map(|term| (term.id.as_str(), term.name.as_str())).collect()
}

/// The form of one part.
#[expect(clippy::too_many_lines, reason = "one part after the other, each a few fields")]
#[must_use]
pub fn form(part: Part, fields: &Fields, known: &Known<'_>) -> Vec<Field> {
    let mut form = Form::over(fields);
    match part {
        Part::What => {
            form.text(
                "name",
                "Name",
                "As you would say it to a neighbour: \"Tuesday lunch club\", \"Gardening with Joe\".",
            );
            form.choose(
                "select",
                "category_id",
                "What does it belong to?",
                "People filter by this.",
                categories(known),
            );
            form.choose(
                "radios",
                "kind",
                "What kind of thing is it?",
                "",
                Kind::ALL.iter().map(|kind| (kind.as_str(), kind.as_str())),
            );
            form.of(
                "area",
                "description",
                "What is it, in plain words?",
                "What happens, who does it, and what is good about it. Short sentences; no jargon.",
            );
        }
        Part::Who => {
            form.choose(
                "checks",
                "needs",
                "Who is it for?",
                "Leave all empty when it is for everybody.",
                terms(known, "need"),
            );
            form.of("whole", "minimum_age", "Youngest age (optional)", "18 for adults, 65 for older people.");
            form.of("whole", "maximum_age", "Oldest age (optional)", "");
        }
        Part::Where => {
            form.choose(
                "radios",
                "place",
                "How do people and the service come together?",
                "",
                PlaceMode::ALL.iter().map(|mode| (mode.as_str(), mode.as_str())),
            );
            form.text(
                "postcode",
                "Postcode",
                "Of the place, or of where you set out from. If you come to people, only its first part is shown.",
            );
            form.text("address", "Address", "If people come to you: street and town, like \"1 High Street, Sale\".");
            form.of("whole", "miles", "How far do you come, in miles?", "If you come to people.");
            form.text(
                "districts",
                "Whole postcode districts (optional)",
                "If you come to people: first parts of postcodes, like M33, M41.",
            );
            form.text(
                "authorities",
                "Whole council areas (optional)",
                "If you come to people: names with a semicolon between them, like Trafford; Salford.",
            );
        }
        Part::When => {
            form.week();
            form.of(
                "area",
                "times_note",
                "Anything else about when? (optional)",
                "\"Not in August\", \"by appointment\", \"second Monday of the month\".",
            );
        }
        Part::Prices => {
            form.choose("radios", "free", "Is it free?", "", YES_NO);
            form.choose(
                "checks",
                "funding",
                "Which money do you take?",
                "Leave all empty to take all of them.",
                funding(),
            );
        }
        Part::Places => {
            form.of(
                "whole",
                "places_free",
                "How many places are free now?",
                "0 when you are full. Leave empty if you do not count places.",
            );
            form.of("whole", "waiting_days", "How long do people wait, in days?", "0 when they can start at once.");
        }
        Part::Access => {
            form.choose(
                "checks",
                "accessibility",
                "What makes it easy to get in and to get on?",
                "Only what is really there: people rely on it.",
                terms(known, "accessibility"),
            );
            form.text("languages", "Languages besides English (optional)", "Like \"Urdu, Polish\".");
        }
        Part::Contact => {
            form.text("phone", "Telephone", "");
            form.text("email", "E-mail", "");
            form.text("website", "Website", "");
        }
        Part::Registration => {
            form.choose("radios", "personal_care", "Do you help with washing, dressing, eating or medicines?", "That is personal care, and a regulator has to register whoever provides it. A personal assistant whom people employ themselves needs no registration.", YES_NO);
            form.text("registration_number", "Registration number", "With the Care Quality Commission, like 1-123456789. It has to be checked before a regulated activity can be published.");
        }
    }
    form.done()
}

fn categories<'a>(known: &'a Known<'_>) -> Vec<(&'a str, &'a str)> {
    let mut all = known.categories();
    all.sort_by_key(|(_, name)| *name);
    let mut choices = vec![("", "Choose…")];
    choices.extend(all);
    choices
}

/// The form of one price. A price that is public is not rewritten: it gets a new amount from a day on.
#[must_use]
pub fn price_form(fields: &Fields, is_public: bool) -> Vec<Field> {
    let mut form = Form::over(fields);
    form.text(
        "label",
        "What is this price called?",
        "\"Weekday daytime\", \"Sleep-in\", \"Lunch with transport\". Leave it empty for the standard price.",
    );
    form.of("money", "amount", "Price in pounds", "");
    form.choose("radios", "unit", "For what?", "", Unit::ALL.iter().map(|unit| (unit.as_str(), unit.as_str())));
    form.choose(
        "radios",
        "rate",
        "When does it apply?",
        "",
        Rate::ALL.iter().map(|rate| (rate.as_str(), rate.as_str())),
    );
    form.of(
        "area",
        "includes",
        "What does it include? (optional)",
        "\"Travel within five miles\", \"the meal and tea\".",
    );
    if is_public {
        form.of(
            "money",
            "new_amount",
            "New price in pounds (optional)",
            "If the price changes: what was bought before keeps the old one.",
        );
        form.of("date", "new_from", "From which day", "");
    }
    for (name, label) in
        [("direct", "The support itself"), ("management", "Management"), ("overhead", "Everything else")]
    {
        form.of("money", name, label, "");
    }
    let folded = form.all.len() - 3;
    form.all[folded..].iter_mut().for_each(|field| field.folded = true);
    form.done()
}
