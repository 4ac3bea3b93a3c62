//! The short path: somebody who helps a few people has a page in ten minutes (seeds/002, 004).
//!
//! Five small pages with good defaults: who you are, what you do, where, price and times, how to reach you.

use crate::catalogue::{Kind, ProviderType, Unit};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::db::text_enum;
use crate::error::FieldError;
use crate::identity::{ProviderManager, ProviderMember, SignedIn};
use crate::ids::{AuthorityId, ServiceId};
use crate::places::Gazetteer;

use super::super::store as providers;
use super::super::typed;
use super::draft::{WriteError, begin};
use super::entry::{Entry, PlaceMode};
use super::fields::Fields;
use super::form::{Field, Form, form};
use super::part::{Known, Part};

text_enum! {
    /// A page of the short path after the first.
    pub enum Page {
        /// What you do.
        What = "what",
        /// Where.
        Where = "where",
        /// Price and times.
        Price = "price",
        /// How to reach you.
        Contact = "contact",
    }
}

impl Page {
    /// "Step 2 of 5".
    #[must_use]
    pub fn step(self) -> String {
        format!("Step {} of 5", Self::ALL.iter().position(|each| *each == self).map_or(2, |nth| nth + 2))
    }

    /// The page after this one.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        let nth = Self::ALL.iter().position(|each| *each == self)?;
        Self::ALL.get(nth + 1).copied()
    }

    /// The heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::What => "What do you do?",
            Self::Where => "Where?",
            Self::Price => "What does it cost, and when?",
            Self::Contact => "How do people reach you?",
        }
    }

    /// A sentence below it.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::What => "One thing is enough for now. You can add more services later.",
            Self::Where => "Your own address is never shown: only the first part of your postcode.",
            Self::Price => "Say your usual price. Your time, your travel and your costs belong in it.",
            Self::Contact => "People can also ask you here, without seeing any of this.",
        }
    }
}

/// Words to begin with for each kind of help, in the order in which they are offered.
const HELP: [(&str, &str); 10] = [
    ("personal-assistants", "Personal assistance"),
    ("sitting-service", "Sitting with somebody so that a carer can rest"),
    ("escorted-outings", "Going out together"),
    ("befriending", "Company and befriending"),
    ("cleaning-laundry", "Cleaning and laundry"),
    ("gardening", "Gardening"),
    ("handyperson", "Odd jobs"),
    ("meals", "Cooking and meals"),
    ("lunch-clubs", "A lunch club"),
    ("social-clubs", "A group or club"),
];

/// The kinds of provider of the short path.
const KINDS: [(&str, &str); 3] = [
    ("personal assistant", "I work for people as their personal assistant"),
    ("micro-provider", "I am self-employed, or we are five or fewer"),
    ("voluntary and community", "We are a group or charity"),
];

/// The form of the first page.
#[must_use]
pub fn first_form(fields: &Fields) -> Vec<Field> {
    let mut form = Form::over(fields);
    form.choose("radios", "provider_type", "Who are you?", "", KINDS);
    form.text(
        "name",
        "What name should people see?",
        "Your first name and initial is fine, like \"Bisi A.\", or the name of your business.",
    );
    form.text("postcode", "Your postcode", "So that people near you find you. Only its first part is ever shown.");
    form.done()
}

/// The first page: makes the provider and begins its service. Whoever belongs to a provider already goes on with that.
#[tracing::instrument(skip_all)]
pub fn begin_path(tx: &mut Conn, who: &SignedIn, fields: &Fields, now: UtcTime) -> Result<ServiceId, WriteError> {
    let mut wrong = Vec::new();
    let provider_type: Option<ProviderType> = fields.one("provider_type").parse().ok();
    let provider_type = provider_type.filter(|kind| KINDS.iter().any(|(value, _)| *value == kind.as_str()));
    if provider_type.is_none() {
        wrong.push(FieldError::new("provider_type", "Choose who you are."));
    }
    let name = typed::line(fields.one("name"), 120, "The name").unwrap_or_default();
    if name.is_empty() {
        wrong.push(FieldError::new("name", "Enter the name that people should see, in up to 120 letters."));
    }
    let postcode = fields.one("postcode").trim().to_uppercase();
    let place = Gazetteer::shared().find(&postcode);
    if let Err(why) = &place {
        wrong.push(FieldError::new("postcode", why.to_string()));
    }
    let (Some(provider_type), Ok(place), true) = (provider_type, place, wrong.is_empty()) else {
        return Err(WriteError::Invalid(wrong));
    };
    if ProviderMember::find(who).is_some() {
        return Err(WriteError::Invalid(vec![FieldError::new(
            "name",
            "You work for a provider already: add the service there.",
        )]));
    }
    let authority: Option<AuthorityId> = providers::authority_at(tx, &place)?;
    providers::found_organisation(tx, who.person(), &name, provider_type, authority, now)?;
    let who = SignedIn::known(tx, who.person())?.ok_or(WriteError::NotTheirs)?;
    let manager = ProviderMember::find(&who).and_then(ProviderManager::of).ok_or(WriteError::NotTheirs)?;
    let is_assistant = provider_type == ProviderType::PersonalAssistant;
    let entry = Entry {
        kind: match provider_type {
            ProviderType::PersonalAssistant => Kind::PersonalAssistant,
            ProviderType::Voluntary => Kind::Community,
            _ => Kind::Support,
        },
        category_id: if is_assistant { "personal-assistants".into() } else { String::new() },
        name: if is_assistant { format!("Personal assistant: {name}") } else { String::new() },
        place: PlaceMode::ItComes,
        postcode: place.label,
        miles: Some(5),
        accessibility: vec!["home-visit".into()],
        ..Entry::default()
    };
    Ok(begin(tx, &manager, &entry, now)?.service_id)
}

/// The form of one page.
#[must_use]
pub fn page_form(page: Page, fields: &Fields, known: &Known<'_>) -> Vec<Field> {
    let mut own = Form::over(fields);
    match page {
        Page::What => {
            own.choose("radios", "category_id", "What kind of help is it?", "", HELP);
            own.text("name", "A name for it", "Like \"Gardening with Joe\" or \"Personal assistant: Bisi A.\"");
            own.of("area", "description", "Tell people about it", "For example: \"I help with shopping, cooking and getting out and about, at your pace. I have done this for eight years and have a full driving licence. I love gardens and old films.\"");
            own.done()
        }
        Page::Where => {
            own.choose(
                "radios",
                "place",
                "How do you and people come together?",
                "",
                [
                    ("it comes to people", "I come to people's homes"),
                    ("people come to it", "People come to a place"),
                    ("by telephone or online", "By telephone or online"),
                ],
            );
            own.text("postcode", "Postcode", "Of where you set out from, or of the place.");
            own.of("whole", "miles", "How many miles do you come?", "If you come to people. Five is usual in a town.");
            own.text("address", "Address of the place", "If people come to you, like \"1 High Street, Sale\".");
            own.done()
        }
        Page::Price => {
            own.choose("radios", "free", "Is it free?", "", [("no", "No, it has a price"), ("yes", "Yes, it is free")]);
            own.of("money", "amount", "Your price", "Many personal assistants ask for £14 to £18 an hour.");
            let units = [Unit::Hour, Unit::Visit, Unit::Session, Unit::Night, Unit::Week];
            own.choose("radios", "unit", "For what?", "", units.iter().map(|unit| (unit.as_str(), unit.as_str())));
            let mut all = own.done();
            all.extend(form(Part::When, fields, known).into_iter().filter(|field| field.kind == "week"));
            all
        }
        Page::Contact => {
            own.text("phone", "Telephone", "");
            own.text("email", "E-mail", "");
            own.text("website", "Website (optional)", "");
            own.of("whole", "places_free", "How many more people could you help now? (optional)", "");
            own.done()
        }
    }
}

/// What a page shows of an entry.
#[must_use]
pub fn page_show(page: Page, entry: &Entry, known: &Known<'_>) -> Fields {
    match page {
        Page::What => Part::What.show(entry, known),
        Page::Where => Part::Where.show(entry, known),
        Page::Price => {
            let mut fields = Part::When.show(entry, known);
            let price = entry.prices.first();
            fields.put("free", if entry.free { "yes" } else { "no" });
            fields.put("amount", price.map(|price| typed::as_pounds(price.amount_pence)).unwrap_or_default());
            fields.put("unit", price.map_or(Unit::Hour, |price| price.unit));
            fields
        }
        Page::Contact => {
            let mut fields = Part::Contact.show(entry, known);
            fields.put("places_free", entry.places_free.map(|places| places.to_string()).unwrap_or_default());
            fields
        }
    }
}

/// Reads a page into the entry, by the same rules as the long way.
pub fn page_read(page: Page, fields: &Fields, known: &Known<'_>, entry: &mut Entry) -> Result<(), Vec<FieldError>> {
    let mut wrong = Vec::new();
    let mut read = |part: Part, fields: &Fields, entry: &mut Entry| {
        wrong.extend(part.read(fields, known, entry).err().unwrap_or_default());
    };
    match page {
        Page::What => {
            read(Part::What, &fields.clone().replacing("kind", &Fields::default().with("kind", entry.kind)), entry);
        }
        Page::Where => {
            let kept = Part::Where.show(entry, known);
            let whole = fields.clone().replacing("districts", &kept).replacing("authorities", &kept);
            read(Part::Where, &whole, entry);
            if entry.place == PlaceMode::ItComes {
                if !entry.accessibility.iter().any(|term| term == "home-visit") {
                    entry.accessibility.push("home-visit".into());
                }
            } else {
                entry.accessibility.retain(|term| term != "home-visit");
            }
        }
        Page::Price => {
            let whole = fields.clone().replacing("times_note", &Part::When.show(entry, known));
            read(Part::When, &whole, entry);
            let mut prices = Fields::default().with("free", fields.one("free"));
            if fields.one("free") != "yes" {
                prices.put("price_1_amount", fields.one("amount"));
                prices.put("price_1_unit", fields.one("unit"));
                prices.put("price_1_label", "Standard price");
            }
            read(Part::Prices, &prices, entry);
            for error in &mut wrong {
                error.field = error.field.trim_start_matches("price_1_").to_owned();
            }
        }
        Page::Contact => {
            read(Part::Contact, fields, entry);
            let places = Part::Places.show(entry, known).replacing("places_free", fields);
            read(Part::Places, &places, entry);
            if let Some(why) = Part::Contact.missing(entry, known.provider_type)
                && wrong.is_empty()
            {
                wrong.push(FieldError::new("phone", why));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}
