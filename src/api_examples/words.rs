//! The words of examples, by the name of the field; a field that means something else in one schema has its own line first.

use serde_json::{Value, json};

/// What a field without words would show. No example has it: each field has words (`tests/contracts/open_api.rs`).
pub const WORDLESS: &str = "(words)";

/// Whether a value is a day or a moment.
pub(super) fn is_time(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("20") && text.len() >= 10)
}

/// A name in a list of counts.
pub(super) fn key_of(field: &str) -> &'static str {
    match field {
        "accessibility" => "step-free",
        "ages" => "65+",
        "categories" => "meals",
        "days" => "MO",
        "funding" => "direct payment",
        "kinds" => "support service",
        "languages" => "bengali",
        "needs" => "dementia",
        "provider_types" => "voluntary and community",
        "times" => "morning",
        "within_miles" => "3",
        _ => "one",
    }
}

/// The words of a field in a schema; none where its type says enough.
pub(super) fn of(schema: &str, field: &str) -> Option<Value> {
    in_its_schema(schema, field)
        .or_else(|| about_people(field))
        .or_else(|| about_services(field))
        .or_else(|| plain(field))
}

/// Fields that mean something of their own where they are.
fn in_its_schema(schema: &str, field: &str) -> Option<Value> {
    Some(match (schema, field) {
        ("SecondFactorSecret", "address") => {
            json!("otpauth://totp/Waymark:amira%40example.org?secret=JBSWY3DPEHPK3PXP")
        }
        ("SecondFactorSecret", "secret") => json!("JBSW Y3DP EHPK 3PXP"),
        ("NewSavedSearch" | "SavedSearchDocument", "address") => json!("/search?q=lunch&near=M33"),
        ("AreaDocument", "code") => json!("M33"),
        ("Credentials" | "FirstCode", "code") => json!("287082"),
        ("NewComment" | "PlanCommentDocument", "about") => json!("swimming"),
        ("SettingDocument", "about") => json!("After so many days we ask whether an entry is still right."),
        ("WorkingLine", "about") => json!("Getting washed and dressed"),
        ("Adjustment", "answer") => json!("some"),
        ("NewPurchase", "answer") => json!("It is for the garden that I share with my neighbour."),
        ("BudgetHolding" | "DueDocument", "name") => json!("Trafford Payroll Trust"),
        ("BudgetDocument" | "BudgetLine" | "NewBudgetDocument" | "OneBudgetDocument", "name") => {
            json!("Amira's budget")
        }
        ("CirclePerson", "name") => json!("Hana"),
        ("ProgramDocument" | "NewProgram" | "MadeProgram", "name") => json!("My spreadsheet"),
        ("ChangedSavedSearch" | "NewSavedSearch" | "SavedSearchDocument", "name") => json!("Lunch near me"),
        ("FeedDocument" | "FeedToEnter", "name") => json!("Community directory of Trafford"),
        ("ContactDocument", "name") => json!("Front desk"),
        ("Questionnaire" | "QuestionnaireVersion", "name") => json!("Questions about your life, 2026"),
        ("NewOrganisation" | "OrganisationDocument" | "NewProvider" | "ModeratedProvider", "name") => {
            json!("Sale Neighbours")
        }
        ("Entry" | "ServiceDocument" | "ServiceInFull" | "ComparedDocument" | "OwnServiceDocument", "name") => {
            json!("Lunch club")
        }
        (
            "FreshnessDocument" | "WrittenDocument" | "WaitingDocument" | "ServiceFiguresDocument" | "NewService",
            "name",
        ) => {
            json!("Lunch club")
        }
        ("TermDocument", "name") => json!("Step-free access"),
        ("WaitingReviewDocument", "provider") => json!("Sale Neighbours"),
        ("NewRepresentative", "person") => json!("amira@example.org"),
        ("FirstFactorCode", "code") => json!("287082"),
        ("SealedAccount", "ends_with") => json!("account ending 678"),
        ("NewBankAccount", "name") => json!("Sale Neighbours"),
        ("PaymentDocument", "payee") => json!("Sale Neighbours"),
        ("PaymentDocument", "account") => json!("account ending 678"),
        (_, "holder_name") => json!("The Sale Trust"),
        ("IdentityProviderDocument", "name") => json!("Sign in with Trafford"),
        ("IdentityProviderDocument", "provider") => json!("trafford"),
        ("TroubledLetter", "kind") => json!("a new purchase"),
        ("NewSpendingRule", "kind") => json!("equipment"),
        ("TroubledLetter", "problem") => json!("the mail server does not answer"),
        ("AccessToken", "scope") => json!("read buy"),
        ("MadeProgram", "secret") => json!("wmk_6c1f9e…"),
        ("UploadDocument", "state") => json!("staged"),
        ("SuggestionDocument", "text") => json!("lunch club"),
        ("Problem", "reference") => json!("0197f0c2"),
        ("UploadRowDocument", "reference") => json!("LC-1"),
        ("MoveDocument", "source") => json!("social care"),
        ("FindingDocument", "source_id") => json!("trafford-1182"),
        ("SettingChange", "before") => json!(180),
        ("FindingList", "next") => json!(200),
        ("NewReview", "outcome") => json!(5),
        ("NewReview", "value") => json!(4),
        ("NewSetting" | "SettingDocument", "value") => json!(180),
        ("SettingDocument", "most") => json!(366),
        ("SettingDocument", "least") => json!(30),
        ("Problem", "status") => json!(422),
        ("HeadingDocument" | "RowDocument" | "DemandDocument", "total") => json!(120),
        ("ServicesDocument", "total") => json!(1),
        ("Line", "outcome") => json!("company"),
        ("WantedDocument", "words") => json!("a choir for men"),
        ("NewReview" | "ReviewDocument" | "WaitingReviewDocument", "words") => json!("Kind, and always on time."),
        ("AssessmentAnswer" | "NewAssessmentAnswer", "words") => json!("My sister helps on Sundays."),
        ("NewReport" | "ReportDocument", "words") => json!("It shut in March."),
        ("DeclarationDocument" | "NewDeclaration", "words") => json!("Wages of my personal assistant"),
        ("Line", "words") => json!("Swimming with somebody beside me"),
        ("PlanOutcome", "words") => json!("To be among people twice a week"),
        ("Risk", "words") => json!("A fall on the way"),
        ("SpendingRuleDocument" | "NewSpendingRule", "words") => {
            json!("Gym membership is fine where it is in your plan.")
        }
        _ => return None,
    })
}

/// People, what they wrote, and how they sign in.
fn about_people(field: &str) -> Option<Value> {
    let (amira, officer) = ("Amira Khan", "Fay Officer");
    Some(match field {
        "name" | "person" => json!(amira),
        "email" => json!("amira@example.org"),
        "by" | "given_by" | "handed_over_by" | "written_by" => json!("Amira K."),
        "changed_by" | "checked_by" | "set_by" | "taken_by" => json!(officer),
        "helper" => json!("Hana Khan"),
        "relation" => json!("sister"),
        "brings" => json!("Likes to drive, and knows everybody at the market"),
        "signed_by" => json!([amira]),
        "password" => json!("three quiet herons"),
        "current" => json!("four kites over moors"),
        "token" => json!("8d0c4f…"),
        "access_token" => json!("eyJhbGciOiJFZERTQSIsImtpZCI6…"),
        "token_type" => json!("Bearer"),
        "expires_in" => json!(600),
        "grant_type" => json!("client_credentials"),
        "client_secret" | "personal_token" => json!("wmk_0197f0c2_6c1f9e…"),
        "scope" => json!("read"),
        "recovery_code" => json!("k7qd-3m9x-w2bt"),
        "recovery_codes" => json!(["k7qd-3m9x-w2bt", "p4hn-8c6v-z1rs"]),
        "error" => json!("invalid_client"),
        "error_description" => json!("There is no such program, or its secret is another one."),
        "device" => json!("Firefox on Windows"),
        "since" | "last_used" | "added_at" | "created_at" | "started_at" => json!("2026-06-01T09:30:00Z"),
        "evidence" => json!("Lasting power of attorney, registered 12 March 2024"),
        "held_for" | "body" => json!("Trafford"),
        "words" => json!("We have talked about it."),
        "reason" => json!("It was agreed at the review."),
        "note" => json!("Soup, and a walk afterwards"),
        "appeal" => json!("The money is for the ramp that is being built."),
        "asked" => json!("What is the money kept for?"),
        "answer" => json!("It is for the ramp that is being built."),
        "decision" => json!("The ramp is in the plan."),
        "dispute" => json!("Nobody came on Tuesday."),
        "reply" => json!("Thank you. We have passed it on to the cooks."),
        "matters" => json!("My garden, my faith, and seeing my grandchildren."),
        "sign" => json!("I know three people by name"),
        "handling" => json!("Somebody walks with me"),
        "worked" => json!("The lunch club: I have friends there now."),
        "did_not" => json!("Swimming was too early in the day."),
        "contingency_for" => json!("When my sister is away"),
        "need" => json!("Getting about"),
        "before" => json!("One visit a week"),
        "after" => json!("Two visits a week"),
        "part" => json!("What I want to buy or arrange"),
        "missing" => json!(["say what matters to you"]),
        _ => return None,
    })
}

/// Services, providers, places and what is asked about them.
fn about_services(field: &str) -> Option<Value> {
    Some(match field {
        "service" => json!("Lunch club"),
        "provider" => json!("Sale Neighbours"),
        "description" => json!("A hot meal in company, every Tuesday."),
        "about" => json!("Neighbours who cook for neighbours."),
        "question" => json!("Is there a step at the door?"),
        "address" => json!("12 Cross Street, Sale"),
        "postal_code" | "postcode" => json!("M33 7ZF"),
        "place" => json!("Sale, M33"),
        "near" => json!("M33 7"),
        "phone" | "adult_care" | "children" | "out_of_hours" => json!("0161 496 0000"),
        "website" | "url" => json!("https://sale-neighbours.example.org"),
        "company_number" => json!("01234567"),
        "charity_number" => json!("1234567"),
        "registration_number" => json!("1-123456789"),
        "registration_source" => json!("Care Quality Commission, list of 2 May 2026"),
        "rating" | "regulator_rating" => json!("Good"),
        "rating_tenths" => json!(43),
        "detail" => json!("Enhanced, 001234567890"),
        "key" => json!("swimming"),
        "label" => json!("Weekday daytime"),
        "includes" => json!("A meal, tea, and the journey within two miles"),
        "unit" => json!("session"),
        "stars" => json!(4),
        "languages" => json!("Bengali, Polish"),
        "age_groups" => json!(["65+"]),
        "accessibility" => json!(["step-free"]),
        "needs" => json!(["dementia"]),
        "districts" => json!(["M33"]),
        "authorities" => json!(["Trafford"]),
        "byday" => json!("TU"),
        "opens" | "opens_at" => json!("09:30"),
        "closes" | "closes_at" => json!("17:00"),
        "times_note" => json!("Not in August"),
        "opening_times" => json!(["Tuesdays, 09:30 to 17:00"]),
        "next_on" => json!("2026-06-02T09:30:00+01:00"),
        "minimum_age" => json!(18),
        "maximum_age" => json!(100),
        "latitude" => json!(53.42),
        "longitude" => json!(-2.32),
        "distance_metres" => json!(820),
        "means_for_budget" | "in_short" => json!("£12 a week, lasts 31 weeks"),
        "licence" => json!("Open Government Licence v3.0"),
        "attribution" => json!("Contains public sector information of Trafford Council."),
        "source" => json!("Community directory of Trafford"),
        "new" => json!(["Lunch club"]),
        "path" => json!("/services/0197f0c2-6a53-7cc0-8d5e-2f3f0f6d9a11"),
        "link" => json!("/shared/8d0c4f…"),
        "sort_code" => json!("20-00-00"),
        "number" => json!("12345678"),
        "iban" => json!(""),
        "corrected" | "did_you_mean" => json!("lunch club"),
        "order" => json!(["how well the words fit", "how near it is"]),
        "status" => json!("active"),
        _ => return None,
    })
}

/// Everything else: settings, rules, questionnaires, figures.
fn plain(field: &str) -> Option<Value> {
    Some(match field {
        "type" => json!("/api/v1/problems/invalid-input"),
        "title" => json!("Enter an e-mail address such as name@example.org."),
        "code" => json!("invalid-input"),
        "field" => json!("email"),
        "message" => json!("Enter an e-mail address such as name@example.org."),
        "reference" => json!("0197f0c2"),
        "setting" => json!("check-after-days"),
        "says" => json!("allowed"),
        "limit_per" => json!("week"),
        "ground" => json!("Decided by the cabinet member on 3 March 2026, minute 34"),
        "from_on" => json!("2026-06-01"),
        "next" => json!("0197f0c2-6a53-7cc0-8d5e-2f3f0f6d9a11"),
        "introduction" => json!("There are no wrong answers. Take your time."),
        "help" => json!("Think of an ordinary week."),
        "text" => json!("How much help do you need with washing and dressing?"),
        "topic" => json!("Your day"),
        "choices" => json!(["some"]),
        "change" => json!("more by up to 10%"),
        "people" => json!("fewer than 5"),
        "gain" | "lose" => json!("nobody"),
        "template" => json!("living at home"),
        "from_month" => json!("2026-03"),
        "to_month" => json!("2026-05"),
        "problem" => json!("two services have the same name and address"),
        "notes" => json!(["The price has no unit."]),
        "submission_key" => json!("0197f0c2-6a53-7cc0-8d5e-2f3f0f6d9a12"),
        "percent" => json!(50),
        "share" => json!(250),
        _ => return None,
    })
}
