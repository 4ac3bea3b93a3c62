//! The pages where a provider says where it is paid, a person where their direct payment goes, and a council from where it
//! pays and where others who hold a budget are paid.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::budgets::terms::Holder;
use crate::budgets::{self, FundingRoute};
use crate::clock::{day, long_date};
use crate::error::{AppError, FieldError};
use crate::identity::{BudgetReader, FinanceOfficer, ProviderOwner};
use crate::ids::BudgetId;
use crate::web::form::{Ask, Form};
use crate::web::page::{Link, Page, html, html_with, see_other};

use super::account::{BankAccount, Payee};
use super::give_account::{Given, holder_of, keep};
use super::pages::looks;
use super::store;
use super::views::AccountPage;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/bank-account", get().to(get_provider_account))
        .route("/provider/bank-account", post().to(post_provider_account))
        .route("/finance/account", get().to(get_council_account))
        .route("/finance/account", post().to(post_council_account))
        .route("/budgets/{budget_id}/account", get().to(get_own_account))
        .route("/budgets/{budget_id}/account", post().to(post_own_account))
        .route("/finance/budgets/{budget_id}/account", get().to(get_holder_account))
        .route("/finance/budgets/{budget_id}/account", post().to(post_holder_account));
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

/// What was just done, and in which way a budget is held that the page is about.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    done: String,
    way: String,
}

/// What a page says about whose account it is.
struct About {
    payee: Payee,
    heading: String,
    lead: String,
    back: Link,
    action: String,
}

impl About {
    fn provider(owner: &ProviderOwner) -> Self {
        Self {
            payee: Payee::Organization(owner.organization()),
            heading: "Where you are paid".into(),
            lead:
                "Councils pay your invoices into this account. It is kept sealed; nobody sees more of it than its last \
                   three digits."
                    .into(),
            back: Link { label: "Back to the desk".into(), href: "/provider".into() },
            action: "/provider/bank-account".into(),
        }
    }

    fn council(officer: &FinanceOfficer) -> Self {
        Self {
            payee: Payee::Authority(officer.authority()),
            heading: "From where the council pays".into(),
            lead: "It stands at the top of each file for the bank.".into(),
            back: Link { label: "Back to payment runs".into(), href: "/finance/runs".into() },
            action: "/finance/account".into(),
        }
    }

    fn own(reader: &BudgetReader) -> Self {
        let budget = reader.budget();
        let whose = match reader.acting_for() {
            None => "your direct payment".to_owned(),
            Some(person) => format!("the direct payment of {person}"),
        };
        Self {
            payee: Payee::Holder(budget, FundingRoute::DirectPayment, String::new()),
            heading: format!("Where {whose} is paid"),
            lead: "The council pays it into this account, some weeks in advance. Many councils ask that it is an account for \
                   this money alone. It is kept sealed; nobody sees more of it than its last three digits."
                .into(),
            back: Link { label: "How the budget is held".into(), href: format!("/budgets/{budget}/holding") },
            action: format!("/budgets/{budget}/account"),
        }
    }

    fn holder(budget: BudgetId, holder: &Holder) -> Self {
        let who = budgets::council::pages::who_holds(holder);
        Self {
            payee: Payee::of_holder(budget, holder),
            heading: "Where the holder is paid".into(),
            lead: format!(
                "{who}. Check the account with whoever holds it, on a number that you know. The person hears of the change."
            ),
            back: Link { label: "Back to the budget".into(), href: format!("/finance/budgets/{budget}") },
            action: format!("/finance/budgets/{budget}/account?way={}", holder.route.as_str().replace(' ', "+")),
        }
    }
}

async fn page(
    app: &App,
    request: &HttpRequest,
    about: About,
    typed: AccountForm,
    (errors, done): (Vec<FieldError>, bool),
) -> Result<AccountPage, AppError> {
    let payee = about.payee;
    let now = app.db.read(move |conn| store::account_shown(conn, &payee)).await?;
    let notice = done.then_some("The account is changed. Whoever looks after it gets a letter.");
    Ok(AccountPage {
        page: Page::of(request, about.heading.clone()).with_notice(notice),
        heading: about.heading,
        lead: about.lead,
        back: about.back,
        now: now.map(|(shown, since, by)| format!("Now: {shown}, since {}, given by {by}.", long_date(day(since)))),
        action: about.action,
        name: typed.name,
        sort_code: typed.sort_code,
        number: typed.number,
        iban: typed.iban,
        errors: errors.into(),
    })
}

/// Checks and keeps an account, and goes on; or shows the form again with what is wrong.
async fn send(
    app: &App,
    request: &HttpRequest,
    about: About,
    given: Given,
    form: AccountForm,
) -> Result<HttpResponse, AppError> {
    let account = match BankAccount::checked(&form.name, &form.sort_code, &form.number, &form.iban) {
        Ok(account) => account,
        Err(AppError::Refused(refusal)) => {
            let page = page(app, request, about, form, (refusal.fields, false)).await?;
            return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        Err(other) => return Err(other),
    };
    let (now, vault) = (app.clock.now(), app.vault.clone());
    app.db.write(move |tx| keep(tx, &vault, &given, &account, now)).await?;
    let more = if about.action.contains('?') { '&' } else { '?' };
    Ok(see_other(&format!("{}{more}done=changed", about.action)))
}

/// `GET /provider/bank-account`
pub async fn get_provider_account(
    owner: ProviderOwner,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let done = (Vec::new(), !shown.done.is_empty());
    html(&page(&app, &request, About::provider(&owner), AccountForm::default(), done).await?)
}

/// `POST /provider/bank-account`
pub async fn post_provider_account(
    owner: ProviderOwner,
    Form(form): Form<AccountForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let given = of_provider(&owner);
    send(&app, &request, About::provider(&owner), given, form).await
}

/// An account that a provider gives for itself.
pub(super) fn of_provider(owner: &ProviderOwner) -> Given {
    let (payee, by) = (Payee::Organization(owner.organization()), owner.who().person());
    Given { payee, by, about: None, what: "The account that your organisation is paid into" }
}

/// `GET /finance/account`
pub async fn get_council_account(
    officer: FinanceOfficer,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let done = (Vec::new(), !shown.done.is_empty());
    html(&page(&app, &request, About::council(&officer), AccountForm::default(), done).await?)
}

/// `POST /finance/account`
pub async fn post_council_account(
    officer: FinanceOfficer,
    Form(form): Form<AccountForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let given = of_council(&officer);
    send(&app, &request, About::council(&officer), given, form).await
}

/// An account that a finance officer gives for the council.
pub(super) fn of_council(officer: &FinanceOfficer) -> Given {
    let (payee, by) = (Payee::Authority(officer.authority()), officer.who().person());
    Given { payee, by, about: None, what: "The account that the council pays from" }
}

/// Whoever may manage the money of a budget of which a part is paid to the person.
pub(super) async fn may_give(app: &App, reader: &BudgetReader) -> Result<(), AppError> {
    if !reader.scopes().money {
        return Err(AppError::NotFound);
    }
    let (whose, now) = ((reader.authority(), reader.budget()), app.clock.now());
    let holder = app.db.read(move |conn| holder_of(conn, whose, FundingRoute::DirectPayment, now)).await?;
    holder.map(drop).ok_or(AppError::NotFound)
}

/// `GET /budgets/{budget_id}/account`
pub async fn get_own_account(
    reader: BudgetReader,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    may_give(&app, &reader).await?;
    let done = (Vec::new(), !shown.done.is_empty());
    html(&page(&app, &request, About::own(&reader), AccountForm::default(), done).await?)
}

/// `POST /budgets/{budget_id}/account`
pub async fn post_own_account(
    reader: BudgetReader,
    Form(form): Form<AccountForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    may_give(&app, &reader).await?;
    let given = of_person(&app, &reader);
    send(&app, &request, About::own(&reader), given, form).await
}

/// An account that a person gives for their direct payment, or whoever manages it for them.
pub(super) fn of_person(app: &App, reader: &BudgetReader) -> Given {
    let (person, budget) = (reader.person(), reader.budget());
    let subject = (What::Budget, budget.as_str());
    let entry = Entry::new(reader, (Deed::Changed, Why::ForOneself), person, subject, app.clock.now());
    Given {
        payee: Payee::Holder(budget, FundingRoute::DirectPayment, String::new()),
        by: reader.who().person(),
        about: Some((person, entry)),
        what: "The account that the direct payment is paid into",
    }
}

/// Who holds a budget of the officer's authority in the way that was asked for, and an account that is given for them. The
/// provider of a service fund gives its account itself.
pub(super) async fn of_holder(
    app: &App,
    officer: &FinanceOfficer,
    budget: BudgetId,
    way: &str,
) -> Result<(Holder, Given), AppError> {
    let route: FundingRoute = way.parse().map_err(|_unknown| AppError::NotFound)?;
    let (authority, now) = (officer.authority(), app.clock.now());
    let (person, holder) = app
        .db
        .read(move |conn| {
            let whose = budgets::store::whose(conn, budget)?;
            let person = whose.filter(|(of, _)| *of == authority).map(|(_, person)| person);
            Ok::<_, AppError>((person, holder_of(conn, (authority, budget), route, now)?))
        })
        .await?;
    let (Some(person), Some(holder)) = (person, holder) else { return Err(AppError::NotFound) };
    if holder.organization.is_some() {
        return Err(AppError::refused("provider-gives-it", "a provider gives its bank account itself, at its desk"));
    }
    let deed = (Deed::Changed, Why::ToLookAfterBudgets);
    let entry = Entry::new(officer, deed, person, (What::Budget, budget.as_str()), now);
    let given = Given {
        payee: Payee::of_holder(budget, &holder),
        by: officer.who().person(),
        about: Some((person, entry)),
        what: "The account that the personal budget is paid into",
    };
    Ok((holder, given))
}

/// Writes that an officer looked where whoever holds somebody's budget is paid.
pub(super) async fn looked(
    app: &App,
    officer: &FinanceOfficer,
    given: &Given,
    budget: BudgetId,
) -> Result<(), AppError> {
    let whose = given.about.iter().map(|(person, _)| (*person, budget));
    Ok(audit::looks(&app.db, looks(officer, whose, app.clock.now())).await?)
}

fn budget_id(text: &str) -> Result<BudgetId, AppError> {
    text.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// `GET /finance/budgets/{budget_id}/account`
pub async fn get_holder_account(
    officer: FinanceOfficer,
    path: Path<String>,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let budget = budget_id(&path)?;
    let (holder, given) = of_holder(&app, &officer, budget, &shown.way).await?;
    looked(&app, &officer, &given, budget).await?;
    let done = (Vec::new(), !shown.done.is_empty());
    html(&page(&app, &request, About::holder(budget, &holder), AccountForm::default(), done).await?)
}

/// `POST /finance/budgets/{budget_id}/account`
pub async fn post_holder_account(
    officer: FinanceOfficer,
    path: Path<String>,
    Ask(shown): Ask<Shown>,
    Form(form): Form<AccountForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let budget = budget_id(&path)?;
    let (holder, given) = of_holder(&app, &officer, budget, &shown.way).await?;
    send(&app, &request, About::holder(budget, &holder), given, form).await
}
