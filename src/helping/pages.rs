//! The pages of people who let somebody act for them, and of those who do.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::app::App;
use crate::clock::{UtcTime, day, long_date};
use crate::error::{AppError, FieldError};
use crate::identity::{Anyone, Practitioner, SignedIn};
use crate::ids::RepresentativeId;
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Page, html, html_with, see_other};

use super::representative::{RepresentativeKind, Scopes, Wanted};
use super::store::{self, Row};
use super::views::{HelpInvitationPage, HelperLine, HelpersPage, HelpingPage, InviteHelperPage};
use super::{HelpError, accept, decline, end_as_helper, end_as_person, invite, represent};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/account/helpers", get().to(get_helpers))
        .route("/account/helpers/invite", get().to(get_invite))
        .route("/account/helpers/invite", post().to(post_invite))
        .route("/account/helpers/{representative_id}/end", post().to(post_end))
        .route("/helping", get().to(get_helping))
        .route("/helping/invitation", get().to(get_invitation))
        .route("/helping/invitation", post().to(post_invitation))
        .route("/helping/{representative_id}/end", post().to(post_stop));
}

/// What was just done.
#[derive(Deserialize)]
pub struct Done {
    pub(super) done: Option<String>,
    pub(super) page: Option<String>,
}

/// The words of one line; `end` makes the address that ends it.
pub(super) fn line(row: &Row, name: String, now: UtcTime, end_path: Option<String>) -> HelperLine {
    let until = |end: UtcTime| {
        if row.kind == RepresentativeKind::Phone {
            format!(", until {}", crate::clock::wall_clock(end).format("%H:%M"))
        } else {
            format!(", until {}", long_date(day(end) - Days::new(1)))
        }
    };
    let ended = row.ended_at.map(|end| format!(", ended {}", long_date(day(end))));
    let ends = ended.or_else(|| row.ends_at.map(until)).unwrap_or_default();
    HelperLine {
        name,
        kind: row.kind.label().into(),
        may: row.scopes().words(),
        when: format!("since {}{ends}", long_date(day(row.granted_at))),
        ground: if row.evidence.is_empty() { String::new() } else { row.evidence.clone() },
        end_path: end_path.filter(|_| row.is_open(now)),
    }
}

/// `GET /account/helpers`
pub async fn get_helpers(
    who: SignedIn,
    Ask(shown): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let notice = match shown.done.as_deref() {
        Some("asked") => Some("The invitation is on its way. You see here when it is taken up."),
        Some("ended") => Some("That is over. They can no longer see or do anything of yours."),
        _ => None,
    };
    let rows = app.db.read(move |conn| store::helpers_of(conn, &who)).await.map_err(AppError::from)?;
    let shown = |(row, name): &(Row, Option<String>)| {
        let name = name.clone().or_else(|| row.email.clone()).unwrap_or_default();
        let mine = row.authority_id.is_none() || row.kind == RepresentativeKind::Phone;
        line(row, name, now, mine.then(|| format!("/account/helpers/{}/end", row.id)))
    };
    let some = |open: bool, taken: bool| -> Vec<HelperLine> {
        let wanted =
            |(row, _): &&(Row, Option<String>)| row.is_open(now) == open && (!open || row.helper_id.is_some() == taken);
        rows.iter().filter(wanted).map(shown).collect()
    };
    html(&HelpersPage {
        page: Page::of(&request, "Who may act for you").with_notice(notice),
        now: some(true, true),
        asked: some(true, false),
        before: some(false, false),
    })
}

/// Who is asked to act, as the form sends it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct HelperForm {
    pub(super) email: String,
    pub(super) kind: String,
    pub(super) scopes: Vec<String>,
    pub(super) until: String,
    /// For whom, and on which ground: on the council's form.
    pub(super) person: String,
    pub(super) evidence: String,
}

impl HelperForm {
    pub(super) fn checked(&self, kinds: &[RepresentativeKind], today: NaiveDate) -> Result<Wanted, AppError> {
        let until = self.until.trim();
        let day: Option<NaiveDate> = until.parse().ok();
        let kind: Option<RepresentativeKind> = self.kind.parse().ok();
        let mut wrong = Vec::new();
        if kind.is_none() {
            wrong.push(FieldError::new("kind", "Choose who this is."));
        }
        if day.is_none() && !until.is_empty() {
            wrong.push(FieldError::new("until", "Enter the last day, such as 31/3/2027, or leave it out."));
        }
        let Some(kind) = kind.filter(|_| wrong.is_empty()) else { return Err(AppError::invalid(wrong)) };
        let (email, evidence) = (self.email.clone(), self.evidence.clone());
        Wanted { email, kind, scopes: scopes(&self.scopes), until: day, evidence }.checked(kinds, today)
    }
}

pub(super) fn scopes(named: &[String]) -> Scopes {
    let has = |name: &str| named.iter().any(|each| each == name);
    Scopes { plan: has("plan"), buy: has("buy"), money: has("manage money") }
}

pub(super) fn kind_choices(kinds: &[RepresentativeKind], chosen: &str) -> Vec<Choice> {
    let choice = |kind: &RepresentativeKind| Choice {
        value: kind.to_string(),
        label: kind.label().into(),
        count: None,
        chosen: kind.as_str() == chosen,
    };
    kinds.iter().map(choice).collect()
}

pub(super) fn scope_choices(chosen: &[String]) -> Vec<Choice> {
    let choice = |(value, label): (&str, &str)| Choice {
        value: value.into(),
        label: label.into(),
        count: None,
        chosen: chosen.iter().any(|each| each == value),
    };
    let all = [
        ("plan", "Plan: write the support plan together"),
        ("buy", "Buy: ask for support, call it off, say what was delivered"),
        ("manage money", "Manage money: say what was delivered, look after statements and payments"),
    ];
    all.into_iter().map(choice).collect()
}

/// What is wrong with a form, if that is all that is wrong.
pub(super) fn fields(error: AppError) -> Result<Vec<FieldError>, AppError> {
    match error {
        AppError::Refused(refusal) if !refusal.fields.is_empty() => Ok(refusal.fields),
        other => Err(other),
    }
}

fn invite_page(
    app: &App,
    request: &HttpRequest,
    form: HelperForm,
    status: StatusCode,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    html_with(
        status,
        &InviteHelperPage {
            page: Page::of(request, "Ask somebody to act for you"),
            kinds: kind_choices(&RepresentativeKind::BY_THE_PERSON, &form.kind),
            scopes: scope_choices(&form.scopes),
            email: form.email,
            until: form.until,
            today: day(app.clock.now()).to_string(),
            errors: Errors::from(wrong),
        },
    )
}

/// `GET /account/helpers/invite`
pub async fn get_invite(_: SignedIn, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let form = HelperForm { kind: RepresentativeKind::Family.to_string(), ..HelperForm::default() };
    invite_page(&app, &request, form, StatusCode::OK, Vec::new())
}

/// `POST /account/helpers/invite`
pub async fn post_invite(
    who: SignedIn,
    Form(form): Form<HelperForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let done = match form.checked(&RepresentativeKind::BY_THE_PERSON, day(now)) {
        Ok(wanted) => {
            let office = app.post.clone();
            app.db.write(move |tx| invite(tx, &office, &who, &wanted, now)).await.map_err(AppError::from)
        }
        Err(wrong) => Err(wrong),
    };
    match done {
        Ok(_) => Ok(see_other("/account/helpers?done=asked")),
        Err(error) => {
            let wrong = fields(error)?;
            invite_page(&app, &request, form, StatusCode::UNPROCESSABLE_ENTITY, wrong)
        }
    }
}

/// Nothing but the button.
#[derive(Deserialize)]
pub struct Press {}

pub(super) fn id(path: &str) -> Result<RepresentativeId, AppError> {
    path.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// `POST /account/helpers/{representative_id}/end`
pub async fn post_end(
    who: SignedIn,
    path: Path<String>,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now, office) = (id(&path)?, app.clock.now(), app.post.clone());
    app.db.write(move |tx| end_as_person(tx, &office, &who, id, now)).await?;
    Ok(see_other("/account/helpers?done=ended"))
}

/// `GET /helping`: for whom the visitor acts.
pub async fn get_helping(
    who: SignedIn,
    Ask(shown): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let notice = match shown.done.as_deref() {
        Some("accepted") => Some("Thank you. You can act for them from now on."),
        Some("declined") => Some("You have said no. Nothing else happens."),
        Some("ended") => Some("You no longer act for them."),
        _ => None,
    };
    let records = Practitioner::find(&who).is_some();
    let waits = !who.may_see_others();
    let rows = app.db.read(move |conn| store::helped_by(conn, &who)).await.map_err(AppError::from)?;
    let some = |open: bool| -> Vec<HelperLine> {
        let shown =
            |(row, name): &(Row, String)| line(row, name.clone(), now, Some(format!("/helping/{}/end", row.id)));
        rows.iter().filter(|(row, _)| row.is_open(now) == open).map(shown).collect()
    };
    html(&HelpingPage {
        page: Page::of(&request, "For whom you act").with_notice(notice),
        records,
        waits,
        now: some(true),
        before: some(false),
    })
}

/// The token of an invitation.
#[derive(Deserialize)]
pub struct Token {
    #[serde(default)]
    token: String,
    #[serde(default)]
    answer: String,
}

/// `GET /helping/invitation?token=…`
pub async fn get_invitation(
    anyone: Anyone,
    Ask(asked): Ask<Token>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let (token, visitor) = (asked.token.clone(), anyone.visitor().cloned());
    let signed_in = visitor.is_some();
    let (row, name, mine) = app
        .db
        .read(move |conn| {
            let (row, name) = represent::invitation(conn, &token, now)?;
            let address = visitor.as_ref().map(|who| store::address_of(conn, who)).transpose()?.flatten();
            let mine = address.is_some() && address == row.email;
            Ok::<_, HelpError>((row, name, mine))
        })
        .await?;
    let told = line(&row, name, now, None);
    html(&HelpInvitationPage {
        page: Page::of(&request, format!("{} would like you to help", told.name)),
        name: told.name,
        kind: told.kind,
        may: told.may,
        until: row.ends_at.map(|end| long_date(day(end) - Days::new(1))),
        token: asked.token,
        mine,
        signed_in,
    })
}

/// `POST /helping/invitation`
pub async fn post_invitation(who: SignedIn, Form(form): Form<Token>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    if form.answer == "no" {
        app.db.write(move |tx| decline(tx, &who, &form.token, now)).await?;
        return Ok(see_other("/helping?done=declined"));
    }
    app.db.write(move |tx| accept(tx, &who, &form.token, now)).await?;
    Ok(see_other("/helping?done=accepted"))
}

/// `POST /helping/{representative_id}/end`
pub async fn post_stop(
    who: SignedIn,
    path: Path<String>,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (id(&path)?, app.clock.now());
    app.db.write(move |tx| end_as_helper(tx, &who, id, now)).await?;
    Ok(see_other("/helping?done=ended"))
}
