//! The pages that sign people in and out, step by step: password, code, role.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::demo::{self, people::PEOPLE};
use crate::error::{AppError, FieldError};
use crate::ids::{MembershipId, PersonId, random_token};
use crate::shortlists::{self, ListKeeper};
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Page, html_with, local_path, see_other};
use crate::web::session::{device_cookie, device_token, no_session_cookie, session_cookie, session_token};

use super::arriving::{Arrival, Proven};
use super::attempts::Tried;
use super::second_factor::{self, CodeError};
use super::sign_in::{check_password, hash_of, renew};
use super::store::factors;
use super::store::sessions::{self, Change};
use super::views::{CodePage, DemoGroup, DemoPeoplePage, DemoPerson, RoleChoice, RolePage, SignInPage};
use super::{Anyone, Arriving, SignInError, SignedIn, Stage, Whence, sign_in, sign_in_as_demo_person, sign_out};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/sign-in", get().to(get_sign_in))
        .route("/sign-in", post().to(post_sign_in))
        .route("/sign-in/code", get().to(get_code))
        .route("/sign-in/code", post().to(post_code))
        .route("/sign-in/recovery", post().to(post_recovery))
        .route("/sign-in/role", get().to(get_role))
        .route("/sign-in/role", post().to(post_role))
        .route("/sign-out", post().to(post_sign_out))
        .route("/.well-known/jwks.json", get().to(get_keys))
        .route("/demo", get().to(get_demo_people))
        .route("/demo/sign-in", post().to(post_demo_sign_in));
}

/// Where to go on to.
#[derive(Deserialize)]
pub struct Next {
    pub(super) next: Option<String>,
    pub(super) done: Option<String>,
}

impl Next {
    /// The address, if it is one of ours.
    pub(super) fn path(self) -> String {
        self.next.filter(|next| !next.is_empty()).map(|next| local_path(&next).to_owned()).unwrap_or_default()
    }
}

/// `GET /sign-in`
pub async fn get_sign_in(
    _: Anyone,
    Ask(next): Ask<Next>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = notice(next.done.as_deref());
    let next = next.path();
    if let Some(token) = session_token(&request)
        && let Some(arrival) = arrival(&app, &token).await?
        && arrival.stage(app.waiver) != Stage::In
    {
        return Ok(see_other(&way_on(&arrival, &app, &next)));
    }
    let form = SignInForm { next, ..SignInForm::default() };
    sign_in_page(&app, &request, form, StatusCode::OK, Vec::new(), notice).await
}

/// What was just done.
fn notice(done: Option<&str>) -> Option<&'static str> {
    match done? {
        "password" => Some("Your password is changed. Sign in with the new one."),
        "everywhere" => Some("You are signed out everywhere."),
        _ => None,
    }
}

/// The form that signs in, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    next: String,
    email: String,
    password: String,
}

/// `POST /sign-in`: a wrong e-mail address and a wrong password look the same.
pub async fn post_sign_in(
    _: Anyone,
    Form(form): Form<SignInForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let mut wrong = Vec::new();
    if form.email.trim().is_empty() {
        wrong.push(FieldError::new("email", "Enter your e-mail address."));
    }
    if form.password.is_empty() {
        wrong.push(FieldError::new("password", "Enter your password."));
    }
    if !wrong.is_empty() {
        return sign_in_page(&app, &request, form, StatusCode::UNPROCESSABLE_ENTITY, wrong, None).await;
    }
    match check_password(&app, Tried::SignIn, &form.email, &form.password, &Whence::of(&request)).await {
        Ok(person) => enter(&app, &request, person, Proven::Password, &form.next).await,
        Err(refused @ SignInError::Wrong) => {
            let sentence = AppError::from(refused).to_string();
            let wrong = vec![FieldError::new("email", sentence)];
            sign_in_page(&app, &request, form, StatusCode::UNPROCESSABLE_ENTITY, wrong, None).await
        }
        Err(other) => Err(other.into()),
    }
}

/// One of the demo's people.
#[derive(Deserialize)]
pub struct DemoForm {
    person: String,
    #[serde(default)]
    next: String,
}

/// `POST /demo/sign-in`: as one of the demo's people, without a password; only in the demo.
pub async fn post_demo_sign_in(
    _: Anyone,
    Form(form): Form<DemoForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let person: PersonId = form.person.parse().map_err(|_not_an_id| AppError::NotFound)?;
    if !app.demo {
        return Err(AppError::NotFound);
    }
    enter(&app, &request, person, Proven::Demo, &form.next).await
}

/// Opens a session, ends the one before, and leads on: to the code, to setting one up, to choosing a role, or in.
pub(super) async fn enter(
    app: &App,
    request: &HttpRequest,
    person: PersonId,
    proven: Proven,
    next: &str,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let device = Whence::of(request).words;
    let old = session_token(request);
    let open = move |tx: &mut Conn| {
        if let Some(old) = &old {
            sign_out(tx, old)?;
        }
        match proven {
            Proven::Demo => sign_in_as_demo_person(tx, person, &device, now),
            proven => sign_in(tx, person, proven, &device, now),
        }
    };
    let token = app.db.write(open).await.map_err(AppError::from)?;
    go_on(app, request, &token, next).await
}

/// Leads somebody with this session on, and remembers the browser of who has come all the way in.
pub(super) async fn go_on(app: &App, request: &HttpRequest, token: &str, next: &str) -> Result<HttpResponse, AppError> {
    let arrival = arrival(app, token).await?.ok_or(AppError::SignInFirst)?;
    let mut answer = see_other(&way_on(&arrival, app, next));
    answer.add_cookie(&session_cookie(request, token.to_owned())).map_err(AppError::unexpected)?;
    if !matches!(arrival.stage(app.waiver), Stage::Code) && !matches!(arrival.proven, Proven::Demo) {
        let device = remember(app, request, arrival.person).await?;
        answer.add_cookie(&device_cookie(request, device)).map_err(AppError::unexpected)?;
    }
    if matches!(arrival.stage(app.waiver), Stage::In)
        && let Some(list) = ListKeeper::browsers(request)
    {
        let (person, now) = (arrival.person, app.clock.now());
        app.db.write(move |tx| shortlists::merge(tx, person, &list, now)).await.map_err(AppError::from)?;
        answer.add_cookie(&shortlists::no_list_cookie(request)).map_err(AppError::unexpected)?;
    }
    Ok(answer)
}

/// The cookie of a browser that is known as this person's from now on; one that is somebody else's gets another.
async fn remember(app: &App, request: &HttpRequest, person: PersonId) -> Result<String, AppError> {
    let now = app.clock.now();
    let (sent, new) = (device_token(request), random_token());
    let keep = move |tx: &mut Conn| {
        if let Some(sent) = &sent
            && sessions::device_of(tx, &hash_of(sent), person)?
        {
            sessions::remember_device(tx, person, &hash_of(sent), now)?;
            return Ok(sent.clone());
        }
        sessions::remember_device(tx, person, &hash_of(&new), now)?;
        Ok::<_, diesel::result::Error>(new.clone())
    };
    Ok(app.db.write(keep).await?)
}

async fn arrival(app: &App, token: &str) -> Result<Option<Arrival>, AppError> {
    let (hash, now) = (hash_of(token), app.clock.now());
    let found = app.db.read(move |conn| sessions::session(conn, &hash, now, now - super::sign_in::IDLE)).await?;
    Ok(found.map(|(arrival, _)| arrival))
}

/// Where somebody who has come so far goes on to.
fn way_on(arrival: &Arrival, app: &App, next: &str) -> String {
    let next = if next.is_empty() { "" } else { local_path(next) };
    let and_then = |path: &str| {
        let encoded = percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
        if next.is_empty() { path.to_owned() } else { format!("{path}?next={encoded}") }
    };
    match arrival.stage(app.waiver) {
        Stage::Code => and_then("/sign-in/code"),
        Stage::SetUp => and_then("/second-factor"),
        Stage::Choose => and_then("/sign-in/role"),
        Stage::In if next.is_empty() => SignedIn::of(arrival.clone()).home_path().to_owned(),
        Stage::In => next.to_owned(),
    }
}

/// `GET /sign-in/code`
pub async fn get_code(
    who: Arriving,
    Ask(next): Ask<Next>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let next = next.path();
    if who.stage() != Stage::Code {
        return Ok(see_other(&way_on(who.arrival(), &app, &next)));
    }
    code_page(&app, &request, who.person(), next, StatusCode::OK, Vec::new()).await
}

/// With fewer codes on paper than this, whoever used one is led to new ones.
const FEW_CODES: i64 = 4;

/// A code, and where to go on to.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct CodeForm {
    pub(super) code: String,
    pub(super) recovery: String,
    pub(super) next: String,
}

/// `POST /sign-in/code`: a code of the second factor.
pub async fn post_code(
    who: Arriving,
    Form(form): Form<CodeForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (person, code, vault) = (who.person(), form.code.clone(), app.vault.clone());
    let check = move |tx: &mut Conn, now| second_factor::check(tx, &vault, person, &code, now);
    prove(&app, &request, who, form, "code", check).await
}

/// `POST /sign-in/recovery`: a recovery code instead.
pub async fn post_recovery(
    who: Arriving,
    Form(form): Form<CodeForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let person = who.person();
    let hash = second_factor::recovery_hash(&app, person, &form.recovery).await?;
    prove(&app, &request, who, form, "recovery", move |tx, now| second_factor::recover(tx, person, &hash, now)).await
}

async fn prove(
    app: &App,
    request: &HttpRequest,
    who: Arriving,
    form: CodeForm,
    field: &str,
    check: impl Fn(&mut Conn, UtcTime) -> Result<(), CodeError> + Send + 'static,
) -> Result<HttpResponse, AppError> {
    if who.stage() != Stage::Code {
        return Ok(see_other(&way_on(who.arrival(), app, &form.next)));
    }
    let (now, token) = (app.clock.now(), who.token().to_owned());
    let done = app.db.write(move |tx| {
        check(tx, now)?;
        Ok(renew(tx, &token, &Change::Proven(Proven::SecondFactor))?)
    });
    match second_factor::counted(app, who.person(), &Whence::of(request), done).await {
        Ok(token) => {
            let token = token.ok_or(AppError::SignInFirst)?;
            let person = who.person();
            let left = app.db.read(move |conn| factors::codes_left(conn, person)).await?;
            // Whoever lives by their codes on paper gets new ones in time.
            let next = if field == "recovery" && left < FEW_CODES { "/second-factor" } else { form.next.as_str() };
            go_on(app, request, &token, next).await
        }
        Err(wrong @ (CodeError::Wrong | CodeError::WrongRecovery)) => {
            let wrong = vec![FieldError::new(field, AppError::from(wrong).to_string())];
            code_page(app, request, who.person(), form.next, StatusCode::UNPROCESSABLE_ENTITY, wrong).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn code_page(
    app: &App,
    request: &HttpRequest,
    person: PersonId,
    next: String,
    status: StatusCode,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let on_paper = app.db.read(move |conn| second_factor::is_on_paper(conn, person)).await?;
    let title = if on_paper { "Enter one of your codes on paper" } else { "Enter the code from your phone" };
    let page = Page::of(request, title);
    html_with(status, &CodePage { page, next, on_paper, errors: Errors::from(wrong) })
}

/// `GET /sign-in/role`: for whoever has several roles, at sign-in and later.
pub async fn get_role(
    who: Arriving,
    Ask(next): Ask<Next>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let next = next.path();
    if !matches!(who.stage(), Stage::Choose | Stage::In) {
        return Ok(see_other(&way_on(who.arrival(), &app, &next)));
    }
    let held = if who.stage() == Stage::In { who.arrival().held() } else { Vec::new() };
    let choice = |granted: &super::Granted| RoleChoice {
        membership: granted.membership.id.to_string(),
        role: granted.membership.role.label().into(),
        body: granted.body.clone(),
        now: held.iter().any(|each| each.membership.id == granted.membership.id),
    };
    let roles = who.arrival().granted.iter().map(choice).collect();
    let for_oneself = who.arrival().for_oneself;
    let page = Page::of(&request, "Who are you here for?");
    html_with(StatusCode::OK, &RolePage { page, next, roles, for_oneself })
}

/// The role that somebody chose; empty for being here for oneself.
#[derive(Deserialize)]
pub struct RoleForm {
    #[serde(default)]
    role: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in/role`
pub async fn post_role(
    who: Arriving,
    Form(form): Form<RoleForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    if !matches!(who.stage(), Stage::Choose | Stage::In) {
        return Ok(see_other(&way_on(who.arrival(), &app, &form.next)));
    }
    let chosen = match form.role.as_str() {
        "" => None,
        id => {
            let id: MembershipId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
            let theirs = who.arrival().granted.iter().any(|granted| granted.membership.id == id);
            Some(id).filter(|_| theirs).ok_or(AppError::NotFound)?.into()
        }
    };
    let token = who.token().to_owned();
    let changed = app.db.write(move |tx| renew(tx, &token, &Change::Acting(chosen))).await?;
    go_on(&app, &request, &changed.ok_or(AppError::SignInFirst)?, &form.next).await
}

/// `POST /sign-out`
pub async fn post_sign_out(
    _: Anyone,
    _: Form<crate::purchasing::pages::Pressed>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    if let Some(token) = session_token(&request) {
        app.db.write(move |tx| sign_out(tx, &token)).await.map_err(AppError::from)?;
    }
    let mut answer = see_other("/");
    answer.add_cookie(&no_session_cookie(&request)).map_err(AppError::unexpected)?;
    Ok(answer)
}

/// The public keys of our tokens, as programs read them.
#[derive(serde::Serialize)]
struct KeySet {
    keys: Vec<super::tokens::PublicKey>,
}

/// `GET /.well-known/jwks.json`
pub async fn get_keys(_: Anyone, app: Data<App>) -> Result<HttpResponse, AppError> {
    let (keys, now) = (app.keys.clone(), app.clock.now());
    let keys = actix_web::web::block(move || keys.published(now)).await.map_err(AppError::unexpected)?;
    let keys = keys.map_err(AppError::unexpected)?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "public, max-age=300")).json(KeySet { keys }))
}

async fn sign_in_page(
    app: &App,
    request: &HttpRequest,
    form: SignInForm,
    status: StatusCode,
    wrong: Vec<FieldError>,
    notice: Option<&str>,
) -> Result<HttpResponse, AppError> {
    let providers = super::account_pages::provider_choices(app, &[]);
    let people = demo_groups(app).await?.into_iter().filter_map(|group| group.people.into_iter().next()).collect();
    let make = |page: Page| {
        let page = page.with_notice(notice);
        SignInPage { page, next: form.next, email: form.email, errors: Errors::from(wrong), people, providers }
    };
    tied_to_the_visit(request, "Sign in", status, make)
}

/// `GET /demo`: the people of the demo town; only in the demo.
pub async fn get_demo_people(_: Anyone, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    if !app.demo {
        return Err(AppError::NotFound);
    }
    let groups = demo_groups(&app).await?;
    let make = |page: Page| DemoPeoplePage { page, groups, password: demo::people::PASSWORD.into() };
    tied_to_the_visit(&request, "People of the demo town", StatusCode::OK, make)
}

/// A page with forms, whose token is tied to a cookie that is set here where there is none yet.
pub(crate) fn tied_to_the_visit<T: askama::Template>(
    request: &HttpRequest,
    title: &str,
    status: StatusCode,
    make: impl FnOnce(Page) -> T,
) -> Result<HttpResponse, AppError> {
    let (page, tie) = Page::tied(request, title);
    tie.onto(html_with(status, &make(page))?)
}

/// The demo's people by role; none outside the demo.
async fn demo_groups(app: &App) -> Result<Vec<DemoGroup>, AppError> {
    if !app.demo {
        return Ok(Vec::new());
    }
    let accounts = app.db.read(super::store::people_with_accounts).await.map_err(AppError::from)?;
    let person = |told: &demo::people::DemoPerson| {
        let (id, name, email) = accounts.iter().find(|(id, ..)| *id == told.id())?;
        Some(DemoPerson {
            id: id.to_string(),
            name: name.clone(),
            role_label: told.role_label.into(),
            story: told.story.into(),
            email: email.clone(),
            initials: told.initials(),
            next: told.next().into(),
        })
    };
    let groups = [
        (
            "Budget holders",
            "Find support, buy it from their budget, confirm what was delivered, and rate it.",
            "/budgets",
        ),
        ("Providers", "Answer requests, record what they delivered, and see their invoices.", "/provider"),
        ("Commissioners", "See what is bought, wanted and missing, without seeing anybody.", "/demand"),
        ("Finance officers", "Settle the invoices of their authority.", "/finance"),
        ("Moderators", "Check providers, and answer when somebody says that an entry is wrong.", "/moderation"),
        ("Administrators", "Look after people, roles and settings of their authority.", "/authority"),
    ];
    let group = |(role, about, next): (&str, &str, &str)| DemoGroup {
        role: role.into(),
        about: about.into(),
        people: PEOPLE.iter().filter(|told| told.next() == next).filter_map(person).collect(),
    };
    Ok(groups.into_iter().map(group).collect())
}
