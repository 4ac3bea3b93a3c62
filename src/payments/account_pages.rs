//! The pages where a provider says where it is paid, and a council from where it pays.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::clock::{day, long_date};
use crate::error::{AppError, FieldError};
use crate::identity::{self, FinanceOfficer, ProviderOwner};
use crate::ids::PersonId;
use crate::post::{self, Told};
use crate::web::form::{Ask, Form};
use crate::web::page::{Link, Page, html, html_with, see_other};

use super::account::{BankAccount, Payee, give_account};
use super::store;
use super::views::AccountPage;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/bank-account", get().to(get_provider_account))
        .route("/provider/bank-account", post().to(post_provider_account))
        .route("/finance/account", get().to(get_council_account))
        .route("/finance/account", post().to(post_council_account));
}

/// The form, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct AccountForm {
    pub(super) name: String,
    pub(super) sort_code: String,
    pub(super) number: String,
    pub(super) iban: String,
}

/// Whose account it is, as the letter says it.
pub(super) const PROVIDER: &str = "The account that your organisation is paid into";
pub(super) const COUNCIL: &str = "The account that the council pays from";

/// What was just done.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// Whose account a page is about.
#[derive(Clone, Copy)]
enum Whose {
    Provider,
    Council,
}

async fn page(
    app: &App,
    request: &HttpRequest,
    (whose, payee): (Whose, Payee),
    typed: AccountForm,
    (errors, done): (Vec<FieldError>, bool),
) -> Result<AccountPage, AppError> {
    let now = app.db.read(move |conn| store::account_shown(conn, &payee)).await?;
    let (heading, lead, back, action) = match whose {
        Whose::Provider => (
            "Where you are paid",
            "Councils pay your invoices into this account. It is kept sealed; nobody sees more of it than its last three digits.",
            Link { label: "Back to the desk".into(), href: "/provider".into() },
            "/provider/bank-account",
        ),
        Whose::Council => (
            "From where the council pays",
            "It stands at the top of each file for the bank.",
            Link { label: "Back to payment runs".into(), href: "/finance/runs".into() },
            "/finance/account",
        ),
    };
    let notice = done.then_some("The account is changed. Whoever looks after it gets a letter.");
    Ok(AccountPage {
        page: Page::of(request, heading).with_notice(notice),
        heading: heading.into(),
        lead: lead.into(),
        back,
        now: now.map(|(shown, since, by)| format!("Now: {shown}, since {}, given by {by}.", long_date(day(since)))),
        action: action.into(),
        name: typed.name,
        sort_code: typed.sort_code,
        number: typed.number,
        iban: typed.iban,
        errors: errors.into(),
    })
}

/// Checks and keeps an account; the fields that are wrong, if any are.
pub(super) async fn keep(
    app: &App,
    payee: Payee,
    by: PersonId,
    form: &AccountForm,
    what: &'static str,
) -> Result<Vec<FieldError>, AppError> {
    let account = match BankAccount::checked(&form.name, &form.sort_code, &form.number, &form.iban) {
        Ok(account) => account,
        Err(AppError::Refused(refusal)) => return Ok(refusal.fields),
        Err(other) => return Err(other),
    };
    let (now, vault) = (app.clock.now(), app.vault.clone());
    app.db
        .write(move |tx| {
            give_account(tx, &vault, &payee, &account, by, now)?;
            // Whoever did not change it should hear of it.
            if let Some(address) = identity::store::email(tx, by)? {
                let told = Told {
                    heading: "A bank account was changed".into(),
                    paragraphs: vec![
                        format!("{what} is now the {}.", account.shown()),
                        "If this was not you, ring your council at once.".into(),
                    ],
                    ..Told::default()
                };
                post::queue(tx, &told.letter("account changed", &address)?, now)?;
            }
            Ok::<_, AppError>(())
        })
        .await?;
    Ok(Vec::new())
}

/// `GET /provider/bank-account`
pub async fn get_provider_account(
    owner: ProviderOwner,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let whose = (Whose::Provider, Payee::Organization(owner.organization()));
    html(&page(&app, &request, whose, AccountForm::default(), (Vec::new(), !done.done.is_empty())).await?)
}

/// `POST /provider/bank-account`
pub async fn post_provider_account(
    owner: ProviderOwner,
    Form(form): Form<AccountForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let payee = Payee::Organization(owner.organization());
    let wrong = keep(&app, payee, owner.who().person(), &form, PROVIDER).await?;
    if wrong.is_empty() {
        return Ok(see_other("/provider/bank-account?done=changed"));
    }
    let page = page(&app, &request, (Whose::Provider, payee), form, (wrong, false)).await?;
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// `GET /finance/account`
pub async fn get_council_account(
    officer: FinanceOfficer,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let whose = (Whose::Council, Payee::Authority(officer.authority()));
    html(&page(&app, &request, whose, AccountForm::default(), (Vec::new(), !done.done.is_empty())).await?)
}

/// `POST /finance/account`
pub async fn post_council_account(
    officer: FinanceOfficer,
    Form(form): Form<AccountForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let payee = Payee::Authority(officer.authority());
    let wrong = keep(&app, payee, officer.who().person(), &form, COUNCIL).await?;
    if wrong.is_empty() {
        return Ok(see_other("/finance/account?done=changed"));
    }
    let page = page(&app, &request, (Whose::Council, payee), form, (wrong, false)).await?;
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
